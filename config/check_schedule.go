package config

import (
	"path/filepath"
	"strings"

	"github.com/naru-rag/naru/indexer/schedule"
)

// schedules reports those that cannot be kept.
func (o *origins) schedules(c *Config) {
	zone, err := schedule.Zone(c.Schedule.TimeZone)
	if err != nil {
		o.wrongKey("schedule.time_zone", "is %q: %v", c.Schedule.TimeZone, err)
		return
	}
	for i, s := range c.Sources {
		key := element("sources", i) + ".schedule"
		if s.Schedule != "" {
			if _, err := schedule.Parse(s.Schedule, zone); err != nil {
				o.wrongKey(key, "is %q: %v; write five fields (minute, hour, day, month, day of the week), such as 30 2 * * mon-fri, or @hourly, @daily, @weekly, @monthly, @yearly, @every 10m", s.Schedule, err)
			}
		}
		// A run of the one must not have to know what only the other can see; see
		// source.Source.
		for j, other := range c.Sources[:i] {
			if (s.Schedule != "" || other.Schedule != "") && (around(s.Path, other.Path) || around(other.Path, s.Path)) {
				o.wrongKey(key, "is %q, that of %s %q, and one of them lies in the other: a source that has a schedule lies beside the others", s.Schedule, element("sources", j), other.Schedule)
			}
		}
	}
}

// around tells whether a path lies in a folder.
func around(folder, path string) bool {
	if folder == "" || path == "" {
		return false
	}
	// What cannot be told here is one that indexing cannot tell either.
	folder, _ = filepath.Abs(folder)
	path, _ = filepath.Abs(path)
	return strings.HasPrefix(path, strings.TrimSuffix(folder, string(filepath.Separator))+string(filepath.Separator))
}
