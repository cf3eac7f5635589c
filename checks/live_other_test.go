//go:build !linux

package checks

const liveBrowsers = false
