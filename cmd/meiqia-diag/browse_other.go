//go:build !windows && !darwin

package main

// browserCommand opens a page in the default browser.
// https://portland.freedesktop.org/doc/xdg-open.html
func browserCommand(path string) (string, []string) { return "xdg-open", []string{path} }
