package config

import "github.com/naru-rag/naru/audit"

func (o *origins) audit(c *Config) {
	a := &c.Audit
	if a.OnFailure != AuditRefuse && a.OnFailure != AuditDegrade {
		o.wrongKey("audit.on_failure", "is %q: must be refuse or degrade", a.OnFailure)
	}
	if a.Key != "" {
		if _, err := audit.ParseKey(a.Key.Reveal()); err != nil {
			o.wrongKey("audit.key", "is %v, as `naru audit key --new` makes one", err)
		}
	}
	if a.Salt != "" && len(a.Salt) < audit.MinSalt {
		o.wrongKey("audit.salt", "has %d bytes: must have %d at least, by chance", len(a.Salt), audit.MinSalt)
	}
	if a.On && c.State.Table != "" {
		// What signs the log and what hides names in it do not lie beside it.
		for key, value := range map[string]Secret{"audit.key": a.Key, "audit.salt": a.Salt} {
			if value == "" {
				o.wrongKey(key, "is empty: where the log is in a table (state.table), it must be given")
			}
		}
	}
}
