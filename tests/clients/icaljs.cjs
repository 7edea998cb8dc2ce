// Every event of the named files as ical.js reads it: file, UID, start, end and summary, parted by tabs; times in UTC.
const fs = require("fs");
const ICAL = require("ical.js");

const basic = (time) => time.toJSDate().toISOString().replace(/[-:]|\.000/g, "");

for (const file of process.argv.slice(2)) {
  const calendar = new ICAL.Component(ICAL.parse(fs.readFileSync(file, "utf8")));
  for (const component of calendar.getAllSubcomponents("vevent")) {
    const event = new ICAL.Event(component);
    const { uid, startDate, endDate, summary } = event;
    console.log([file, uid, basic(startDate), basic(endDate), summary].join("\t"));
  }
}
