package segment

// candidate is a row and what its score is not above.
type candidate struct {
	most float32
	row  uint32
}

// candidates is a heap of rows, the most promising first. NaN, of which nothing
// is known, comes before all.
type candidates []candidate

// before tells which of two comes first.
func (h candidates) before(a, b int) bool {
	return h[a].most > h[b].most || h[a].most != h[a].most && h[b].most == h[b].most
}

func (h candidates) init() {
	for i := len(h)/2 - 1; i >= 0; i-- {
		h.down(i)
	}
}

func (h *candidates) pop() candidate {
	old := *h
	top := old[0]
	last := len(old) - 1
	old[0] = old[last]
	*h = old[:last]
	h.down(0)
	return top
}

func (h candidates) down(i int) {
	for {
		child := 2*i + 1
		if child >= len(h) {
			return
		}
		if child+1 < len(h) && h.before(child+1, child) {
			child++
		}
		if !h.before(child, i) {
			return
		}
		h[i], h[child] = h[child], h[i]
		i = child
	}
}
