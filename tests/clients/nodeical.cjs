// Every event of the named files as node-ical reads it: file, UID, start, end and summary, parted by tabs; in UTC.
const ical = require("node-ical");

const basic = (date) => date.toISOString().replace(/[-:]|\.000/g, "");

for (const file of process.argv.slice(2)) {
  for (const event of Object.values(ical.sync.parseFile(file))) {
    if (event.type === "VEVENT") {
      console.log([file, event.uid, basic(event.start), basic(event.end), event.summary].join("\t"));
    }
  }
}
