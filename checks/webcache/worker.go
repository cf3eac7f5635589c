package webcache

import (
	"context"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/syndtr/goleveldb/leveldb"
	"github.com/syndtr/goleveldb/leveldb/opt"
	"github.com/syndtr/goleveldb/leveldb/util"
	"google.golang.org/protobuf/encoding/protowire"

	"meiqia-diag/diag/tempdir"
)

// Worker is a service worker that a browser has registered.
type Worker struct {
	Scope     string // URL under which it stands between pages and the network
	Script    string // URL
	Active    bool   // it runs for pages; else it is installed and waits
	Fetches   bool   // it answers requests
	Checked   time.Time
	Installed Entry // its stored script; Body fails where it was not found
}

// maxWorkers bounds the registrations that are read.
const maxWorkers = 4096

// ReadWorkers reads the registrations of service workers in a profile of
// Chromium's kin whose scope is wanted, with their stored scripts. The database
// is copied, but for its LOCK, and the copy is removed.
func ReadWorkers(ctx context.Context, profile string, want Wanted) ([]Worker, error) {
	f, err := openFolder(profile, "Service Worker/Database")
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var list []Worker
	err = errTorn
	for tries := 0; tries < 3 && err != nil && ctx.Err() == nil; tries++ {
		list, err = registrations(f, want) // a compaction may remove files while they are copied
	}
	if err != nil {
		return nil, err
	}
	scripts := newReader(want)
	if s, err := openFolder(profile, "Service Worker/ScriptCache"); err == nil && len(list) > 0 {
		if s.format() == Simple {
			scripts.simple(ctx, s, ScriptCache)
		}
		s.Close()
	}
	for i := range list {
		for _, e := range scripts.out.Entries {
			if list[i].Installed.URL != "" && e.URL == list[i].Installed.URL {
				e.URL = list[i].Script
				list[i].Installed = e
			}
		}
	}
	return list, nil
}

// copyLevelDB copies a LevelDB into a private folder, which the caller removes.
func copyLevelDB(f folder) (dir string, remove func(), err error) {
	if dir, remove, err = tempdir.New("meiqia-diag-"); err != nil {
		return "", nil, err
	}
	left := int64(maxCopy)
	for _, name := range f.all(4096) {
		ext := filepath.Ext(name)
		if name != "CURRENT" && !strings.HasPrefix(name, "MANIFEST-") && ext != ".ldb" && ext != ".sst" && ext != ".log" {
			continue // LOCK and LOG are nobody's business
		}
		if err = f.copyTo(name, filepath.Join(dir, name), left); err != nil {
			break
		}
		if info, err := os.Stat(filepath.Join(dir, name)); err == nil {
			left -= info.Size()
		}
	}
	if err != nil {
		remove()
		return "", nil, err
	}
	return dir, remove, nil
}

// registrations reads the copied database: "REG:<origin>\0<id>" holds a
// registration, "RES:<version>\0<id>" a script of one.
func registrations(f folder, want Wanted) (list []Worker, err error) {
	dir, remove, err := copyLevelDB(f)
	if err != nil {
		return nil, err
	}
	defer remove()
	defer func() {
		if recover() != nil { // of the library, on a database that is damaged in a way it did not expect
			list, err = nil, errTorn
		}
	}()
	db, err := leveldb.OpenFile(dir, &opt.Options{ReadOnly: true, ErrorIfMissing: true, DisableSeeksCompaction: true, BlockCacheCapacity: 1 << 20})
	if err != nil {
		return nil, errTorn
	}
	defer db.Close()
	versions := map[int]uint64{}
	regs := db.NewIterator(util.BytesPrefix([]byte("REG:")), nil)
	for regs.Next() && len(list) < maxWorkers {
		w, version, ok := readRegistration(regs.Value())
		if ok && want(w.Scope) {
			versions[len(list)] = version
			list = append(list, w)
		}
	}
	regs.Release()
	if regs.Error() != nil {
		return nil, errTorn
	}
	for i := range list {
		res := db.NewIterator(util.BytesPrefix([]byte("RES:"+strconv.FormatUint(versions[i], 10)+"\x00")), nil)
		for res.Next() {
			id, url := readResource(res.Value())
			if url == list[i].Script {
				list[i].Installed.URL = id // the key in the ScriptCache
			}
		}
		res.Release()
	}
	return list, nil
}

// readRegistration reads a ServiceWorkerRegistrationData: 2 scope, 3 script, 4
// version, 5 active, 6 has a fetch handler, 7 last update check.
func readRegistration(b []byte) (w Worker, version uint64, ok bool) {
	ok = fields(b, func(num protowire.Number, n uint64, v []byte) {
		switch num {
		case 2:
			w.Scope = string(v)
		case 3:
			w.Script = string(v)
		case 4:
			version = n
		case 5:
			w.Active = n != 0
		case 6:
			w.Fetches = n != 0
		case 7:
			w.Checked = chromiumTime(n)
		}
	})
	return w, version, ok && w.Scope != "" && w.Script != ""
}

// readResource reads a ServiceWorkerResourceRecord: 1 id, 2 URL.
func readResource(b []byte) (id, url string) {
	fields(b, func(num protowire.Number, n uint64, v []byte) {
		switch num {
		case 1:
			id = strconv.FormatUint(n, 10)
		case 2:
			url = string(v)
		}
	})
	return id, url
}
