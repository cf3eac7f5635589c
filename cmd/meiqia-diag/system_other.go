//go:build !windows

package main

func systemLang() string   { return "" } // the locale has said it already
func startedByClick() bool { return false }
