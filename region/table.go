package region

import (
	"slices"
	"strings"
)

// Place is an endpoint with what goes to it, or comes from it.
type Place struct {
	Endpoint
	// Kind is what data goes there for; empty where none does, as to an identity
	// provider, of which keys are fetched.
	Kind Kind
	// Data are the regions whose data goes there.
	Data []string
	// From is the region whose data comes from there to this process; empty where
	// none does.
	From string
}

// Row is a line of the table that shows a policy: whether data reaches a host, and why.
type Row struct {
	// Data is the region whose data it is about; empty where it is about none.
	Data string `json:"data"`
	Kind Kind   `json:"kind"`
	// Host is an endpoint, or [Process].
	Host string `json:"host"`
	// Region is where that lies: several names where they are of one jurisdiction.
	Region  string `json:"region"`
	Allowed bool   `json:"allowed"`
	Why     string `json:"why"`
	// For is what in the configuration names the host; empty for [Process].
	For string `json:"for,omitempty"`
}

// Process stands for the process that the policy is of.
const Process = "this process"

// Refused tells whether the configuration asks for what the policy does not allow.
func (r Row) Refused() bool { return !r.Allowed && r.For != "" }

// Table shows the policy for places: first whose documents may be in this process, then
// what goes to each place.
func (p *Policy) Table(places []Place) []Row {
	var rows []Row
	for _, r := range p.regions {
		ok, why := p.Allows(Search, r.Name, p.here)
		rows = append(rows, Row{Data: r.Name, Kind: Search, Host: Process, Region: p.here, Allowed: ok, Why: why})
	}
	for _, place := range places {
		rows = append(rows, p.judge(place)...)
	}
	return rows
}

func (p *Policy) judge(place Place) []Row {
	in := p.In(place.Endpoint)
	row := Row{Kind: place.Kind, Host: place.String(), Region: strings.Join(in, ", "), For: place.Why}
	switch {
	case len(in) == 0:
		row.Why = "no region declares it among its endpoints"
		return []Row{row}
	case place.From != "":
		row.Data = place.From
		if !slices.Contains(in, place.From) {
			row.Why = "it does not lie in " + place.From
			return []Row{row}
		}
		row.Allowed, row.Why = p.Allows(place.Kind, place.From, p.here)
		return []Row{row}
	case place.Kind == "":
		row.Allowed, row.Why = true, "no data goes there"
		return []Row{row}
	}
	var rows []Row
	for _, data := range place.Data {
		row := row
		row.Data = data
		for _, to := range in {
			if row.Allowed, row.Why = p.Allows(place.Kind, data, to); row.Allowed {
				break
			}
		}
		rows = append(rows, row)
	}
	return rows
}
