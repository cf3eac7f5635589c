package machine

import "os"

func systemGauges() gauges { return procGauges(os.DirFS("/")) }
