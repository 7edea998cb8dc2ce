/* Every event of the named files as libical reads it: file, UID, start, end and summary, parted by tabs; in UTC. */
#include <libical/ical.h>
#include <stdio.h>
#include <stdlib.h>

static char *content(const char *path)
{
    FILE *file = fopen(path, "rb");
    long size;
    char *text;
    if (!file || fseek(file, 0, SEEK_END) || (size = ftell(file)) < 0)
        exit(2);
    rewind(file);
    text = calloc((size_t)size + 1, 1);
    if (!text || fread(text, 1, (size_t)size, file) != (size_t)size)
        exit(2);
    fclose(file);
    return text;
}

static void show(const char *file, icalcomponent *event)
{
    icaltimezone *utc = icaltimezone_get_utc_timezone();
    struct icaltimetype start = icaltime_convert_to_zone(icalcomponent_get_dtstart(event), utc);
    struct icaltimetype end = icaltime_convert_to_zone(icalcomponent_get_dtend(event), utc);
    printf("%s\t%s\t%s\t%s\t%s\n", file, icalcomponent_get_uid(event), icaltime_as_ical_string(start),
           icaltime_as_ical_string(end), icalcomponent_get_summary(event));
}

int main(int count, char **files)
{
    for (int n = 1; n < count; n++) {
        char *text = content(files[n]);
        icalcomponent *calendar = icalparser_parse_string(text);
        if (!calendar || icalcomponent_count_errors(calendar)) {
            fprintf(stderr, "%s: libical finds errors\n", files[n]);
            return 1;
        }
        icalcomponent *event = icalcomponent_get_first_component(calendar, ICAL_VEVENT_COMPONENT);
        for (; event; event = icalcomponent_get_next_component(calendar, ICAL_VEVENT_COMPONENT))
            show(files[n], event);
        icalcomponent_free(calendar);
        free(text);
    }
    return 0;
}
