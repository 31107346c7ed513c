package host

import "sync"

// pool keeps instances between calls, apart by audience. Its zero value keeps none.
type pool struct {
	limit int

	mu   sync.Mutex
	idle []idle // the longest unused first
}

type idle struct {
	audience string
	*instance
}

// take is the instance of an audience that was used last; nil where there is none.
func (p *pool) take(audience string) *instance {
	p.mu.Lock()
	defer p.mu.Unlock()
	for i := len(p.idle) - 1; i >= 0; i-- {
		if p.idle[i].audience == audience {
			in := p.idle[i].instance
			p.idle = append(p.idle[:i], p.idle[i+1:]...)
			return in
		}
	}
	return nil
}

// give keeps an instance, in place of the longest unused where there is no room.
func (p *pool) give(audience string, in *instance) {
	p.mu.Lock()
	var out *instance
	p.idle = append(p.idle, idle{audience, in})
	if len(p.idle) > p.limit {
		out = p.idle[0].instance
		p.idle = append(p.idle[:0], p.idle[1:]...)
	}
	p.mu.Unlock()
	if out != nil {
		out.close()
	}
}

func (p *pool) drain() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, i := range p.idle {
		i.close()
	}
	p.idle = nil
}
