package machine

import "os"

func systemName() string { return linuxName(os.DirFS("/")) }
