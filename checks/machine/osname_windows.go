package machine

import "golang.org/x/sys/windows"

func systemName() string {
	const key = `SOFTWARE\Microsoft\Windows NT\CurrentVersion`
	r := winRegistry{}
	display := r.String("HKLM", key, "DisplayVersion")
	if display == "" {
		display = r.String("HKLM", key, "ReleaseId") // before 20H2
	}
	return windowsName(r.String("HKLM", key, "ProductName"), display, int(windows.RtlGetVersion().BuildNumber))
}
