package archive

import (
	"bytes"
	"context"
	"runtime"
	"slices"
	"sort"
	"sync"

	"meiqia-diag/diag/evidence"
)

// load reads and slices the sources, in an order that does not depend on the
// one in which they were given. HARs come first: what was read of them is most
// of the memory, and then has served.
func (b *builder) load(ctx context.Context, ranking *sync.WaitGroup) (pieces []*piece, failed []failure, err error) {
	b.opt.Evidence = slices.Clone(b.opt.Evidence)
	free := make(chan struct{}, runtime.GOMAXPROCS(0))
	for _, recordings := range []bool{true, false} {
		for i := range b.opt.Evidence {
			src := &b.opt.Evidence[i]
			if (src.Kind == evidence.HAR) != recordings {
				continue
			}
			if err := ctx.Err(); err != nil {
				return nil, nil, err
			}
			p, why, err := b.prepare(ctx, *src)
			src.HAR, src.Scan = nil, nil
			switch {
			case err != nil && over(ctx, err):
				return nil, nil, err
			case err != nil:
				failed = append(failed, failure{*src, whyNot(err)})
			case p == nil:
				failed = append(failed, failure{*src, why})
			default:
				p.src.HAR, p.src.Scan = nil, nil
				p.rankBeside(ctx, ranking, free)
				pieces = append(pieces, p)
			}
		}
		if recordings && b.opt.Recorded != nil {
			b.opt.Recorded()
		}
	}
	sort.SliceStable(pieces, func(i, j int) bool {
		x, y := pieces[i], pieces[j]
		switch {
		case baseName(x.src.Name) != baseName(y.src.Name):
			return baseName(x.src.Name) < baseName(y.src.Name)
		case x.src.Size != y.src.Size:
			return x.src.Size < y.src.Size
		}
		return bytes.Compare(x.hash, y.hash) < 0
	})
	sort.SliceStable(failed, func(i, j int) bool {
		x, y := failed[i].src, failed[j].src
		if x.Name != y.Name {
			return x.Name < y.Name
		}
		return x.Size < y.Size
	})
	return pieces, failed, nil
}

// rankBeside ranks what a log tells while other things are done, as soon as one is free.
func (p *piece) rankBeside(ctx context.Context, ranking *sync.WaitGroup, free chan struct{}) {
	if p.stats == nil || p.stats.Rank == nil {
		return
	}
	done := make(chan error, 1)
	p.rank = done
	ranking.Go(func() {
		free <- struct{}{}
		defer func() { <-free }()
		done <- p.stats.Rank(ctx, p.stats)
	})
}

// ranked waits until it is known what the log tells.
func (p *piece) ranked() error {
	if p.rank == nil {
		return nil
	}
	err := <-p.rank
	p.rank, p.stats.Rank = nil, nil
	return err
}
