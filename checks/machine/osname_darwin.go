package machine

import "os"

func systemName() string { return macName(os.DirFS("/")) }
