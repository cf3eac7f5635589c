//go:build !windows && !darwin

package probe

// systemProxySettings is empty: here the environment is what programs follow.
func systemProxySettings() systemSettings { return systemSettings{} }
