package attempt

import (
	"slices"
	"testing"
)

func TestLacking(t *testing.T) {
	for text, want := range map[string]string{
		"recall failed msg=1 TypeError: Promise.withResolvers is not a function":                                              "Promise.withResolvers",
		"Uncaught TypeError: (intermediate value).toSorted is not a function":                                                 ".toSorted",
		"TypeError: list.items.findLast is not a function. (In 'list.items.findLast(f)', 'list.items.findLast' is undefined)": ".findLast",
		"ReferenceError: Can't find variable: structuredClone":                                                                "structuredClone",
		"Uncaught ReferenceError: structuredClone is not defined\n    at recall (app.js:1:2)":                                 "structuredClone",
		"TypeError: window.crypto.randomUUID is not a function":                                                               "crypto.randomUUID",
		"TypeError: messageStore.recallMessage is not a function":                                                             "",
		"TypeError: r.at.call is not a function":                                                                              "",
		"Uncaught SyntaxError: Unexpected token '?'":                                                                          "optional chaining",
		"Uncaught SyntaxError: Unexpected token ?":                                                                            "optional chaining",
		"Uncaught SyntaxError: Unexpected token .":                                                                            "optional chaining",
		"SyntaxError: expected expression, got '.'":                                                                           "optional chaining",
		"SyntaxError: Unexpected token '?'. Expected an identifier.":                                                          "optional chaining",
		"Uncaught SyntaxError: Unexpected token '??='":                                                                        "logical assignment",
		"SyntaxError: expected expression, got '||='":                                                                         "logical assignment",
		"Uncaught SyntaxError: Unexpected token ...":                                                                          "object spread",
		"SyntaxError: Invalid regular expression: invalid group specifier name":                                               "look-behind",
		"Uncaught SyntaxError: Invalid regular expression: /(?<=a)b/: Invalid group":                                          "look-behind",
		"SyntaxError: invalid regexp group":                                                                                   "look-behind",
		"Uncaught SyntaxError: Unexpected token '<'":                                                                          "",
		"Uncaught SyntaxError: Unexpected end of input":                                                                       "",
		"SyntaxError: Unexpected token . in JSON at position 4":                                                               "",
		"SyntaxError: Unexpected token '#', \"#boom\" is not valid JSON":                                                      "",
		"Uncaught SyntaxError: Invalid or unexpected token":                                                                   "",
		"structuredClone is fine":                                                                                             "",
		"ReferenceError: recallButton is not defined":                                                                         "",
	} {
		f, ok := Lacking(text)
		if f.Name != want || ok != (want != "") {
			t.Errorf("%q: %q %v, want %q", text, f.Name, ok, want)
		}
	}
	if v, ok := features[0].Since("edge"); !ok || v != 119 {
		t.Errorf("edge: %v %v", v, ok)
	}
	if _, ok := features[0].Since("ie"); ok {
		t.Error("ie has a version of Promise.withResolvers")
	}
}

func TestFeaturesAreListedOnce(t *testing.T) {
	seen := map[string]bool{}
	all := slices.Clone(features)
	tokens := map[string]bool{}
	for _, s := range syntax {
		all = append(all, s.Feature)
		for _, x := range s.tokens {
			if tokens[x] {
				t.Errorf("%s stands for two", x)
			}
			tokens[x] = true
		}
	}
	for _, f := range all {
		if seen[f.Name] || f.Chrome <= 0 || f.Firefox <= 0 {
			t.Errorf("%+v", f)
		}
		seen[f.Name] = true
	}
}
