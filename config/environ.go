package config

import (
	"maps"
	"reflect"
	"slices"
	"strings"
)

const (
	variablePrefix = "NARU_"
	// fileVariable names the file.
	fileVariable = variablePrefix + "CONFIG"
)

// testVariables are read by tests and by the programs that run them; a name
// that ends in _ stands for all that begin so. The tests start the program with
// their own environment, so it has to let them pass.
var testVariables = []string{
	"NARU_TEST_", "NARU_EVAL_", "NARU_DIFFERENTIAL_", "NARU_CRASH_", "NARU_EMBEDDED_TEST_", "NARU_SCREENSHOTS",
}

// variable is the name of the variable of a key: NARU_SOURCES_0_PATH is that of
// sources[0].path.
func variable(key string) string {
	return variablePrefix + strings.ToUpper(strings.NewReplacer(".", "_", "[", "_", "]", "").Replace(key))
}

// elements makes room for the elements of lists that variables name, as long as
// they count on from those that are there.
func elements(section reflect.Value, prefix string, variables map[string]string) {
	for _, f := range fields(section) {
		switch key := prefix + f.name; {
		case f.value.Kind() == reflect.Struct:
			elements(f.value, key+".", variables)
		case isSections(f.value):
			for anyBeginsWith(variables, variable(element(key, f.value.Len()))+"_") {
				f.value.Set(reflect.Append(f.value, reflect.Zero(f.value.Type().Elem())))
			}
			for i := range f.value.Len() {
				elements(f.value.Index(i), element(key, i)+".", variables)
			}
		}
	}
}

func anyBeginsWith(variables map[string]string, prefix string) bool {
	for name := range variables {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return false
}

// overlay sets what variables give.
func (o *origins) overlay(keys []setting, variables map[string]string) {
	for _, k := range keys {
		name := variable(k.key)
		text, ok := variables[name]
		if !ok {
			continue
		}
		o.byName[k.key] = name
		if words, ok := k.value.Addr().Interface().(*[]string); ok {
			*words = splitWords(text)
			continue
		}
		if err := set(k.value, text); err != nil {
			o.wrongIn(name, k.key, "is %q: %v", text, err)
		}
	}
}

func splitWords(text string) []string {
	var words []string
	for word := range strings.SplitSeq(text, ",") {
		if word = strings.TrimSpace(word); word != "" {
			words = append(words, word)
		}
	}
	return words
}

// unknownVariables reports the variables that look like settings and are none.
func (o *origins) unknownVariables(keys []setting, variables map[string]string, referred map[string]bool) {
	known := []string{fileVariable}
	for _, k := range keys {
		known = append(known, variable(k.key))
	}
	lists := map[string]bool{}
	for _, f := range fields(reflect.ValueOf(Config{})) {
		if isSections(f.value) {
			lists[variable(f.name)] = true
		}
	}
	for _, name := range slices.Sorted(maps.Keys(variables)) {
		switch {
		case !strings.HasPrefix(name, variablePrefix), slices.Contains(known, name), referred[name], ofTests(name):
		case lists[name]:
			o.wrongIn(name, "", "this is a list: give its elements, by variables that begin with %s_0_, or the file", name)
		default:
			o.wrongIn(name, "", "no setting has this variable; the nearest is %s", nearest(name, known))
		}
	}
}

func ofTests(name string) bool {
	return slices.ContainsFunc(testVariables, func(known string) bool {
		return name == known || strings.HasSuffix(known, "_") && strings.HasPrefix(name, known)
	})
}
