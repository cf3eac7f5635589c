//go:build !linux && !windows && !darwin

package machine

func systemName() string { return "" }
