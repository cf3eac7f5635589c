package main

import (
	"strings"

	"meiqia-diag/diag/lang"
)

// chooseLang picks the language before anything else is read, so that every
// word is in it: --lang, MEIQIA_DIAG_LANG, the locale, the system's user
// interface, Chinese. A value that names neither language is passed over here;
// for the first two, checkLang makes it an error.
func chooseLang(args []string, env func(string) string) lang.Lang {
	names := []string{flagValue(args, "lang"), env("MEIQIA_DIAG_LANG"), env("LC_ALL"), env("LC_MESSAGES"), env("LANG"), systemLang()}
	for _, name := range names {
		if l, ok := lang.Parse(name); ok {
			return l
		}
	}
	return lang.ZH
}

// flagValue finds a flag's value in arguments that nobody has parsed yet.
func flagValue(args []string, name string) string {
	value := ""
	for i, arg := range args {
		if arg == "--" {
			break
		}
		if v, ok := strings.CutPrefix(arg, "--"+name+"="); ok {
			value = v
		} else if arg == "--"+name && i+1 < len(args) {
			value = args[i+1]
		}
	}
	return value
}

// checkLang is what is wrong with a language that was asked for, nil for nothing.
func checkLang(s string) *lang.Problem {
	if _, ok := lang.Parse(s); ok {
		return nil
	}
	return &lang.Problem{What: lang.T("不认识语言 %q", "unknown language %q").F(s), Hint: lang.T("可用：zh、en", "use zh or en")}
}
