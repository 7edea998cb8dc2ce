"""A Thunderbird that subscribes to a feed: `thunderbird.py URL FOLDER`, run by a Python that has marionette_driver.

Each line on standard input asks for a refresh. The answer is what Thunderbird's calendar then holds, an event on each
line: address, UID, start, end and summary, parted by tabs, times in UTC; and a dot on a line of its own.
"""

import socket
import subprocess
import sys
from pathlib import Path

from marionette_driver.marionette import Marionette

PREFERENCES = """\
user_pref("marionette.port", {port});
user_pref("calendar.timezone.useSystemTimezone", false);
user_pref("calendar.timezone.local", "America/New_York");
user_pref("datareporting.policy.dataSubmissionEnabled", false);
user_pref("app.update.disabledForTesting", true);
user_pref("mail.provider.suppress_dialog_on_startup", true);
user_pref("mail.spotlight.firstRunDone", true);
"""
SUBSCRIBE = """
const [url, done] = arguments;
const { cal } = ChromeUtils.importESModule("resource:///modules/calendar/calUtils.sys.mjs");
const calendar = cal.manager.createCalendar("ics", Services.io.newURI(url));
calendar.name = "on call";
calendar.setProperty("refreshInterval", "0");
cal.manager.registerCalendar(calendar);
done(true);
"""
REFRESH = """
const [done] = arguments;
const { cal } = ChromeUtils.importESModule("resource:///modules/calendar/calUtils.sys.mjs");
const [calendar] = cal.manager.getCalendars().filter((known) => known.name == "on call");
const every = Ci.calICalendar.ITEM_FILTER_TYPE_EVENT | Ci.calICalendar.ITEM_FILTER_COMPLETED_ALL;
const shown = (date) => date.getInTimezone(cal.dtz.UTC).icalString;
const told = (item) => [item.id, shown(item.startDate), shown(item.endDate), item.title];
const observer = {
  QueryInterface: ChromeUtils.generateQI(["calIObserver"]),
  onLoad: async () => {
    calendar.removeObserver(observer);
    done((await calendar.getItemsAsArray(every, 0, null, null)).map(told));
  },
  onError: (from, number, message) => done(`error ${number}: ${message}`),
};
for (const name of ["StartBatch", "EndBatch", "AddItem", "ModifyItem", "DeleteItem"]) {
  observer[`on${name}`] = () => {};
}
observer.onPropertyChanged = observer.onPropertyDeleting = () => {};
calendar.addObserver(observer);
calendar.refresh();
"""


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def main(url: str, folder: Path) -> None:
    folder.mkdir(parents=True)
    port = free_port()
    (folder / "user.js").write_text(PREFERENCES.format(port=port), encoding="utf-8")
    options = ["--headless", "--no-remote", "--marionette", "-remote-allow-system-access", "--profile", str(folder)]
    with (folder / "log").open("wb") as log, subprocess.Popen(["thunderbird", *options], stdout=log, stderr=log) as app:
        try:
            answer(url, port)
        finally:
            app.terminate()


def answer(url: str, port: int) -> None:
    client = Marionette("127.0.0.1", port=port, startup_timeout=90)
    client.raise_for_port(timeout=90)
    client.start_session()
    client.set_context("chrome")
    client.timeout.script = 60
    client.execute_async_script(SUBSCRIBE, script_args=(url,))
    for _ in sys.stdin:
        found = client.execute_async_script(REFRESH)
        if isinstance(found, str):
            sys.exit(found)
        for event in found:
            sys.stdout.write("\t".join([url, *event]) + "\n")
        sys.stdout.write(".\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
