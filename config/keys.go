package config

import (
	"errors"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/naru-rag/naru/internal/bytesize"
)

// field is one key of a section.
type field struct {
	name   string
	value  reflect.Value
	isPath bool
}

// fields are the keys of a section, in the order of its struct. Fields that the
// file cannot give, which are tagged "-", are left out.
func fields(section reflect.Value) []field {
	var all []field
	for i := range section.NumField() {
		name, option, _ := strings.Cut(section.Type().Field(i).Tag.Get("yaml"), ",")
		if name != "-" {
			all = append(all, field{name, section.Field(i), option == "path"})
		}
	}
	return all
}

// setting is one key that has a value of its own.
type setting struct {
	key   string
	value reflect.Value
}

// settable are the settings of a section and those below, without lists of
// sections.
func settable(section reflect.Value, prefix string) []setting {
	return settings(section, prefix, false)
}

// settings are those of a section and those below, with what is in lists of sections
// or without.
func settings(section reflect.Value, prefix string, lists bool) []setting {
	var all []setting
	for _, f := range fields(section) {
		switch {
		case f.value.Kind() == reflect.Struct:
			all = append(all, settings(f.value, prefix+f.name+".", lists)...)
		case !isSections(f.value):
			all = append(all, setting{prefix + f.name, f.value})
		case lists:
			for i := range f.value.Len() {
				all = append(all, settings(f.value.Index(i), fmt.Sprintf("%s%s[%d].", prefix, f.name, i), true)...)
			}
		}
	}
	return all
}

// isSections tells a list of sections from a list of words.
func isSections(v reflect.Value) bool {
	return v.Kind() == reflect.Slice && v.Type().Elem().Kind() == reflect.Struct
}

var (
	errDuration = errors.New("must be a duration such as 10s, 200ms or 1m30s")
	errBool     = errors.New("must be true or false")
	errInt      = errors.New("must be a whole number")
	errNumber   = errors.New("must be a number such as 0.02")
)

// set gives a setting the value that a text stands for. The error says what is
// allowed.
func set(v reflect.Value, text string) error {
	switch p := v.Addr().Interface().(type) {
	case *time.Duration:
		d, err := time.ParseDuration(text)
		if err != nil {
			return errDuration
		}
		*p = d
		return nil
	case *Bytes:
		b, err := bytesize.Parse(text)
		if err != nil {
			return err
		}
		*p = b
		return nil
	case **bool:
		b := new(bool)
		*p = b
		return set(reflect.ValueOf(b).Elem(), text)
	case *bool:
		if text != "true" && text != "false" {
			return errBool
		}
		*p = text == "true"
		return nil
	case *int:
		n, err := strconv.Atoi(text)
		if err != nil {
			return errInt
		}
		*p = n
		return nil
	case *float64:
		n, err := strconv.ParseFloat(text, 64)
		if err != nil || math.IsNaN(n) || math.IsInf(n, 0) {
			return errNumber
		}
		*p = n
		return nil
	default:
		v.SetString(text) // string, Secret, store.Quantization
		return nil
	}
}

// nearest is the known name that takes the fewest changes of a letter to get
// to; equally near ones are taken in their order.
func nearest(name string, known []string) string {
	return slices.MinFunc(known, func(a, b string) int { return distance(name, a) - distance(name, b) })
}

// distance counts the letters to insert, delete or replace (Levenshtein 1965).
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		before := row[0]
		row[0] = i + 1
		for j := range len(b) {
			replace := before
			if a[i] != b[j] {
				replace++
			}
			before = row[j+1]
			row[j+1] = min(replace, row[j]+1, before+1)
		}
	}
	return row[len(b)]
}
