package data

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
)

// The files of a set. Numbers are little endian. A vector is 384 float32. A
// sparse vector has a fixed size: how many terms there are, then 60 indices, 60
// values, of which those behind the count are zero. A passage is a line of JSON;
// its offset, and that of the end, are uint64. The file done comes last.
const (
	fileVectors   = "vectors.f32"
	fileTerms     = "terms.bin"
	filePassages  = "passages.jsonl"
	fileOffsets   = "passages.u64"
	fileQVectors  = "questions.f32"
	fileQTerms    = "questions.bin"
	fileQuestions = "questions.jsonl"
	fileDone      = "done"
)

const (
	vectorBytes = 4 * Dimensions
	termsBytes  = 4 + 8*Terms
)

type writer struct {
	dir   string
	files map[string]*os.File
	out   map[string]*bufio.Writer
	at    uint64
}

func create(dir string) (*writer, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	w := &writer{dir: dir, files: map[string]*os.File{}, out: map[string]*bufio.Writer{}}
	for _, name := range []string{fileVectors, fileTerms, filePassages, fileOffsets, fileQVectors, fileQTerms, fileQuestions} {
		f, err := os.Create(filepath.Join(dir, name))
		if err != nil {
			w.close()
			return nil, err
		}
		w.files[name], w.out[name] = f, bufio.NewWriterSize(f, 1<<20)
	}
	return w, w.offset()
}

func (w *writer) close() {
	for _, f := range w.files {
		_ = f.Close()
	}
}

func (w *writer) offset() error {
	_, err := w.out[fileOffsets].Write(binary.LittleEndian.AppendUint64(nil, w.at))
	return err
}

func (w *writer) passage(p Passage, terms Sparse, vector []float32) error {
	line, err := json.Marshal(p)
	if err != nil {
		return err
	}
	line = append(line, '\n')
	w.at += uint64(len(line))
	_, err = w.out[filePassages].Write(line)
	return errors.Join(err, w.offset(), w.vectors(fileTerms, terms, fileVectors, vector))
}

func (w *writer) question(q Question, terms Sparse, vector []float32) error {
	line, err := json.Marshal(q)
	if err != nil {
		return err
	}
	_, err = w.out[fileQuestions].Write(append(line, '\n'))
	return errors.Join(err, w.vectors(fileQTerms, terms, fileQVectors, vector))
}

func (w *writer) vectors(termsFile string, terms Sparse, vectorFile string, vector []float32) error {
	record := make([]byte, termsBytes)
	binary.LittleEndian.PutUint32(record, uint32(len(terms.Indices)))
	for i, d := range terms.Indices {
		binary.LittleEndian.PutUint32(record[4+4*i:], d)
		binary.LittleEndian.PutUint32(record[4+4*Terms+4*i:], math.Float32bits(terms.Values[i]))
	}
	_, err := w.out[termsFile].Write(record)
	row := make([]byte, vectorBytes)
	for j, x := range vector {
		binary.LittleEndian.PutUint32(row[4*j:], math.Float32bits(x))
	}
	_, failed := w.out[vectorFile].Write(row)
	return errors.Join(err, failed)
}

func (w *writer) finish() error {
	var err error
	for name, out := range w.out {
		err = errors.Join(err, out.Flush(), w.files[name].Sync())
	}
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(w.dir, fileDone), nil, 0o644)
}

// Set is the files of a set, open for reading. It is safe for concurrent use.
type Set struct {
	// Dir is where the files are.
	Dir      string
	files    map[string]*os.File
	passages int
}

// Open opens what Make has made.
func Open(dir string) (*Set, error) {
	if _, err := os.Stat(filepath.Join(dir, fileDone)); err != nil {
		return nil, fmt.Errorf("data: %w", err)
	}
	s := &Set{Dir: dir, files: map[string]*os.File{}}
	for _, name := range []string{fileVectors, fileTerms, filePassages, fileOffsets, fileQVectors, fileQTerms, fileQuestions} {
		f, err := os.Open(filepath.Join(dir, name))
		if err != nil {
			return nil, errors.Join(fmt.Errorf("data: %w", err), s.Close())
		}
		s.files[name] = f
	}
	info, err := s.files[fileVectors].Stat()
	if err != nil {
		return nil, errors.Join(fmt.Errorf("data: %w", err), s.Close())
	}
	s.passages = int(info.Size() / vectorBytes)
	return s, nil
}

// Close closes the files.
func (s *Set) Close() error {
	var err error
	for _, f := range s.files {
		err = errors.Join(err, f.Close())
	}
	return err
}

// Len is how many passages there are.
func (s *Set) Len() int { return s.passages }

// read reads rows from..to of a file whose rows have one size.
func (s *Set) read(name string, from, to, size int) ([]byte, error) {
	out := make([]byte, (to-from)*size)
	if _, err := s.files[name].ReadAt(out, int64(from)*int64(size)); err != nil {
		return nil, fmt.Errorf("data: rows %d to %d of %s: %w", from, to, name, err)
	}
	return out, nil
}

// Vectors reads the dense vectors of passages from..to, one after another.
func (s *Set) Vectors(from, to int) ([]float32, error) { return s.floats(fileVectors, from, to) }

// QuestionVectors reads the dense vectors of questions from..to.
func (s *Set) QuestionVectors(from, to int) ([]float32, error) {
	return s.floats(fileQVectors, from, to)
}

// Terms reads the sparse vectors of passages from..to.
func (s *Set) Terms(from, to int) ([]Sparse, error) { return s.sparse(fileTerms, from, to) }

// QuestionTerms reads the sparse vectors of questions from..to.
func (s *Set) QuestionTerms(from, to int) ([]Sparse, error) { return s.sparse(fileQTerms, from, to) }

func (s *Set) floats(name string, from, to int) ([]float32, error) {
	raw, err := s.read(name, from, to, vectorBytes)
	if err != nil {
		return nil, err
	}
	out := make([]float32, len(raw)/4)
	for i := range out {
		out[i] = math.Float32frombits(binary.LittleEndian.Uint32(raw[4*i:]))
	}
	return out, nil
}

func (s *Set) sparse(name string, from, to int) ([]Sparse, error) {
	raw, err := s.read(name, from, to, termsBytes)
	if err != nil {
		return nil, err
	}
	out := make([]Sparse, to-from)
	for i := range out {
		record := raw[i*termsBytes:]
		n := min(int(binary.LittleEndian.Uint32(record)), Terms)
		v := Sparse{Indices: make([]uint32, n), Values: make([]float32, n)}
		for j := range n {
			v.Indices[j] = binary.LittleEndian.Uint32(record[4+4*j:])
			v.Values[j] = math.Float32frombits(binary.LittleEndian.Uint32(record[4+4*Terms+4*j:]))
		}
		out[i] = v
	}
	return out, nil
}

// Passages reads passages from..to.
func (s *Set) Passages(from, to int) ([]Passage, error) {
	offsets, err := s.read(fileOffsets, from, to+1, 8)
	if err != nil {
		return nil, err
	}
	start := binary.LittleEndian.Uint64(offsets)
	raw, err := s.read(filePassages, int(start), int(binary.LittleEndian.Uint64(offsets[8*(to-from):])), 1)
	if err != nil {
		return nil, err
	}
	out := make([]Passage, to-from)
	for i := range out {
		line := raw[binary.LittleEndian.Uint64(offsets[8*i:])-start : binary.LittleEndian.Uint64(offsets[8*i+8:])-start]
		if err := json.Unmarshal(line, &out[i]); err != nil {
			return nil, fmt.Errorf("data: passage %d: %w", from+i, err)
		}
	}
	return out, nil
}

// Questions reads all questions.
func (s *Set) Questions() ([]Question, error) {
	info, err := s.files[fileQuestions].Stat()
	if err != nil {
		return nil, fmt.Errorf("data: %w", err)
	}
	raw, err := s.read(fileQuestions, 0, int(info.Size()), 1)
	if err != nil {
		return nil, err
	}
	out := make([]Question, 0, Questions)
	for decoder := json.NewDecoder(bytes.NewReader(raw)); decoder.More(); {
		var q Question
		if err := decoder.Decode(&q); err != nil {
			return nil, fmt.Errorf("data: question %d: %w", len(out), err)
		}
		out = append(out, q)
	}
	return out, nil
}
