"""Evolution's data server subscribed to a feed: `eds.py URL`, in a D-Bus session, by the system's Python.

Each line on standard input asks for a refresh. The answer is what the server's calendar holds soon after, an event on
each line: address, UID, start, end and summary, parted by tabs, times in UTC; and a dot on a line of its own.
"""

import importlib
import sys
import time
from types import ModuleType
from urllib.parse import urlsplit

import gi


def library(name: str, version: str) -> ModuleType:
    gi.require_version(name, version)
    return importlib.import_module(f"gi.repository.{name}")


ECal = library("ECal", "2.0")
EDataServer = library("EDataServer", "1.2")
ICalGLib = library("ICalGLib", "3.0")


def main(url: str) -> None:
    registry = EDataServer.SourceRegistry.new_sync(None)
    source = described(EDataServer.Source.new_with_uid("on-call", None), url)
    registry.commit_source_sync(source, None)
    client = ECal.Client.connect_sync(source, ECal.ClientSourceType.EVENTS, 1, None)
    for _ in sys.stdin:
        client.refresh_sync(None)
        time.sleep(0.5)
        _, components = client.get_object_list_sync("#t", None)
        for event in components:
            told = (event.get_uid(), utc(event.get_dtstart()), utc(event.get_dtend()), event.get_summary())
            sys.stdout.write("\t".join([url, *told]) + "\n")
        sys.stdout.write(".\n")
        sys.stdout.flush()


def described(source, url):
    """The source as Evolution's dialog makes it of an address on the web."""
    parts = urlsplit(url)
    source.set_parent("webcal-stub")
    source.set_display_name("on call")
    source.get_extension(EDataServer.SOURCE_EXTENSION_CALENDAR).set_backend_name("webcal")
    source.get_extension(EDataServer.SOURCE_EXTENSION_AUTHENTICATION).set_host(parts.hostname)
    source.get_extension(EDataServer.SOURCE_EXTENSION_AUTHENTICATION).set_port(parts.port)
    source.get_extension(EDataServer.SOURCE_EXTENSION_SECURITY).set_secure(parts.scheme == "https")
    source.get_extension(EDataServer.SOURCE_EXTENSION_WEBDAV_BACKEND).set_resource_path(parts.path)
    return source


def utc(at):
    return at.convert_to_zone(ICalGLib.Timezone.get_utc_timezone()).as_ical_string()


if __name__ == "__main__":
    main(sys.argv[1])
