package attempt

import "testing"

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
	for _, f := range features {
		if seen[f.Name] || f.Chrome <= 0 || f.Firefox <= 0 {
			t.Errorf("%+v", f)
		}
		seen[f.Name] = true
	}
}
