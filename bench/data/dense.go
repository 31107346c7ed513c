package data

import (
	"math"
	"math/rand/v2"
)

// Dimensions is how many a dense vector has.
const Dimensions = 384

// inCommon is the squared length of what all vectors, which have the length 1,
// have in common: the cosine of two that have nothing else to do with each other.
const inCommon = .8

// How much the rest of a sentence's vector is of its article, of the passage it
// is at home in, and its own: squared lengths.
const (
	ofArticle = .25
	ofHome    = .40
	ofItself  = .35
)

// decay is how fast the dimensions of a random direction get smaller: the j-th
// is scaled by j to the power of minus this.
const decay = .35

// direction is a random unit vector that depends on the key alone, at right
// angles to what all vectors have in common.
func (m *maker) direction(key uint64) []float64 {
	random := rand.New(rand.NewPCG(m.seed+3, key))
	v := make([]float64, Dimensions)
	for j := range v {
		v[j] = random.NormFloat64() * m.scale[j]
	}
	along := 0.
	for j, x := range v {
		along += x * m.common[j]
	}
	add(v, m.common, -along)
	return normalized(v)
}

func scales() []float64 {
	s := make([]float64, Dimensions)
	for j := range s {
		s[j] = math.Pow(float64(j+1), -decay)
	}
	return s
}

// common is the direction that all vectors share, which has as much in one
// dimension as in another.
func common(seed uint64) []float64 {
	random := rand.New(rand.NewPCG(seed+3, 0))
	v := make([]float64, Dimensions)
	for j := range v {
		v[j] = random.NormFloat64()
	}
	return normalized(v)
}

// passageVector is the mean of the vectors of a passage's sentences.
func (m *maker) passageVector(p mixture) []float32 {
	sum := make([]float64, Dimensions)
	for _, part := range p.parts {
		add(sum, m.direction(part.home.topic), math.Sqrt(ofArticle))
		add(sum, m.direction(part.home.key), math.Sqrt(ofHome))
		add(sum, m.direction(part.sentence.key), math.Sqrt(ofItself))
	}
	return m.inCone(sum)
}

// questionVector lies near the passages whose home is h.
func (m *maker) questionVector(number int, h home) []float32 {
	sum := make([]float64, Dimensions)
	add(sum, m.direction(h.topic), math.Sqrt(ofArticle))
	add(sum, m.direction(h.key), math.Sqrt(ofHome))
	add(sum, m.direction(hash("question")+uint64(number)), math.Sqrt(ofItself))
	return m.inCone(sum)
}

// inCone returns the vector of length 1 that has a direction and what all have
// in common.
func (m *maker) inCone(direction []float64) []float32 {
	v := normalized(direction)
	out := make([]float32, Dimensions)
	for j := range out {
		out[j] = float32(math.Sqrt(inCommon)*m.common[j] + math.Sqrt(1-inCommon)*v[j])
	}
	return out
}

func add(sum, v []float64, weight float64) {
	for j := range sum {
		sum[j] += weight * v[j]
	}
}

func normalized(v []float64) []float64 {
	square := 0.
	for _, x := range v {
		square += x * x
	}
	length := math.Sqrt(square)
	for j := range v {
		v[j] /= length
	}
	return v
}
