package main

// browserCommand opens a page in the default browser.
func browserCommand(path string) (string, []string) { return "open", []string{path} }
