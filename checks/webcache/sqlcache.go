package webcache

import (
	"bytes"
	"context"
	"encoding/binary"
	"hash/crc32"
	"strings"
	"time"
)

// Chromium's SQL cache spreads its entries over databases sqldb0, sqldb1, …:
// resources(cache_key, head, doomed, body_end) and blobs(res_id, start, end,
// blob). head is the same pickle as in the other formats. The checksum of either
// is the CRC-32 of its bytes and then the key's hash, big-endian.

// sql reads the databases one after the other.
func (r *reader) sql(ctx context.Context, f folder) {
	for _, name := range f.all(1024) {
		num, ok := strings.CutPrefix(name, "sqldb")
		if !ok || num == "" || len(num) > 2 || strings.Trim(num, "0123456789") != "" || r.full(ctx) {
			continue
		}
		r.shard(ctx, f, name)
	}
}

// shard reads one database, and again where a writer was at it.
func (r *reader) shard(ctx context.Context, f folder, name string) {
	for tries, pause := 0, 2*time.Millisecond; ; tries, pause = tries+1, pause*3 {
		out, err := r.shardOnce(ctx, f, name)
		if err == nil || tries == 3 || ctx.Err() != nil {
			if err != nil && err != errOther {
				out.Seen, out.Torn = out.Seen+1, out.Torn+1 // the rest of it is not known
			}
			r.mu.Lock()
			out.Retried += tries
			r.out.plus(out)
			r.mu.Unlock()
			return
		}
		time.Sleep(pause)
	}
}

func (r *reader) shardOnce(ctx context.Context, f folder, name string) (out Reading, err error) {
	db, done, err := openSQLite(f, name)
	if err != nil {
		return out, err
	}
	defer done()
	err = rows(ctx, db, `SELECT res_id, cache_key, cache_key_hash, check_sum, body_end, head FROM resources WHERE doomed = 0`, nil, func(scan func(...any) error) bool {
		var id, hash, sum, size int64
		var key string
		var head []byte
		if scan(&id, &key, &hash, &sum, &size, &head) != nil {
			return true
		}
		if out.Seen++; out.Seen+r.out.Seen > maxRecords || len(out.Entries) >= maxWanted {
			out.Cut = true
			return false
		}
		url, partition := urlOf(key)
		if !r.want(url) {
			return true
		}
		h, err := readPickle(head)
		if err != nil || SuperFastHash(key) != uint32(hash) || sqlSum(head, hash) != uint32(sum) {
			out.Torn++
			return true
		}
		e := h.entry(SQL, url, partition, size)
		e.body = func() (body, error) { return sqlBody(f, name, id, hash, size) }
		out.Entries = append(out.Entries, e)
		return true
	})
	return out, err
}

func sqlSum(b []byte, hash int64) uint32 {
	return crc32.Update(crc32.ChecksumIEEE(b), crc32.IEEETable, binary.BigEndian.AppendUint32(nil, uint32(hash)))
}

// sqlBody puts a body together from its blobs.
func sqlBody(f folder, name string, id, hash, size int64) (body, error) {
	if size < 0 || size > 2*MaxBody {
		return nil, errTooMuch
	}
	f, err := f.again()
	if err != nil {
		return nil, err
	}
	defer f.Close()
	db, done, err := openSQLite(f, name)
	if err != nil {
		return nil, err
	}
	defer done()
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	var all []byte
	whole := true
	err = rows(ctx, db, `SELECT start, end, check_sum, blob FROM blobs WHERE res_id = ? ORDER BY start`, []any{id}, func(scan func(...any) error) bool {
		var start, end, sum int64
		var blob []byte
		if scan(&start, &end, &sum, &blob) != nil || start != int64(len(all)) || end != start+int64(len(blob)) || sqlSum(blob, hash) != uint32(sum) || end > size {
			whole = false
			return false
		}
		all = append(all, blob...)
		return true
	})
	if err != nil {
		return nil, err
	}
	if !whole || int64(len(all)) != size {
		return nil, errTorn
	}
	return nopClose{bytes.NewReader(all)}, nil
}
