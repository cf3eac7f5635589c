package main

import (
	"github.com/inconshreveable/mousetrap"
	"golang.org/x/sys/windows"
)

// systemLang is the language of the user's interface, as in "zh-CN".
func systemLang() string {
	names, err := windows.GetUserPreferredUILanguages(windows.MUI_LANGUAGE_NAME)
	if err != nil || len(names) == 0 {
		return ""
	}
	return names[0]
}

// startedByClick tells a double-click in Explorer from a command line.
func startedByClick() bool { return mousetrap.StartedByExplorer() }
