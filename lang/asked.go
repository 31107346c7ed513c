package lang

// Asked keeps the terms of a question that say what it is about. A question
// of nothing but words that only ask ("what is it?") keeps them all.
func Asked(terms []Term) []Term {
	about := make([]Term, 0, len(terms))
	for _, t := range terms {
		if t.Weight > 0 {
			about = append(about, t)
		}
	}
	if len(about) > 0 {
		return about
	}
	for _, t := range terms {
		t.Weight = weightWhole
		about = append(about, t)
	}
	return about
}
