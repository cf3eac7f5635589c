package probe

import "golang.org/x/sys/windows/registry"

// systemProxySettings reads the user's Internet Settings.
func systemProxySettings() systemSettings {
	k, err := registry.OpenKey(registry.CURRENT_USER, `Software\Microsoft\Windows\CurrentVersion\Internet Settings`, registry.QUERY_VALUE)
	if err != nil {
		return systemSettings{}
	}
	defer k.Close()
	script, _, _ := k.GetStringValue("AutoConfigURL")
	if on, _, err := k.GetIntegerValue("ProxyEnable"); err != nil || on == 0 {
		return systemSettings{Script: script}
	}
	server, _, _ := k.GetStringValue("ProxyServer")
	override, _, _ := k.GetStringValue("ProxyOverride")
	return windowsProxy(server, override, script)
}
