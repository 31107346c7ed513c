package embedded

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"time"

	"github.com/cockroachdb/pebble/v2"

	"github.com/naru-rag/naru/store/embedded/internal/pointid"
	"github.com/naru-rag/naru/store/embedded/internal/segment"
)

// What is done in the background: parts in memory are written to a file once
// they are many, files of one size are merged, and files that are damaged or of
// an older configuration are made again from the points. Each job takes some
// parts of a view, makes one file of them and exchanges it for them; what was
// written meanwhile is killed in the new part as it was in the old ones.

// job is one piece of work: parts of a view that become one file.
type job struct {
	c     *collection
	v     *view
	parts []*part
	// written is the new manifest.written.
	written uint64
	// remake makes the file from the points rather than from the parts.
	remake bool
}

// retryAfter is how long the background rests when its work failed, for want
// of space above all.
const retryAfter = 5 * time.Second

// restAfter is how long nothing has to be written for the background to put
// together what is small: a search looks into every part.
const restAfter = 2 * time.Second

// maintain runs until ctx ends.
func (e *Engine) maintain(ctx context.Context) {
	resting, seen := false, e.writes.Load()
	reclaim := &reclaimer{engine: e}
	defer reclaim.wait()
	for {
		j := e.nextJob(resting)
		if j == nil {
			if resting {
				reclaim.start(ctx)
			}
			var rest <-chan time.Time // never, once there is nothing left to do
			if !resting {
				rest = time.After(restAfter)
			}
			select {
			case <-ctx.Done():
				return
			case <-e.wake:
				e.resting.Store(false)
				resting = false
			case <-rest:
				e.resting.Store(true) // a write from here on wakes
				now := e.writes.Load()
				resting, seen = now == seen, now
			case err := <-reclaim.done:
				reclaim.ended(err)
			}
			continue
		}
		err := e.run(ctx, j)
		if ctx.Err() != nil {
			return
		}
		if err != nil {
			e.logger(err).Warn("background work on a collection failed; it is tried again", "collection", j.c.name)
			select {
			case <-ctx.Done():
				return
			case <-time.After(retryAfter):
			}
		}
	}
}

// wakeUp tells the background that there may be something to do.
func (e *Engine) wakeUp() {
	select {
	case e.wake <- struct{}{}:
	default:
	}
}

// nextJob chooses what is most urgent, or nil.
func (e *Engine) nextJob(resting bool) *job {
	e.writer <- struct{}{}
	defer func() { <-e.writer }()
	if e.closed.Load() || e.kv.unwritable != nil || e.kv.fs.failure() != nil {
		return nil
	}
	e.mu.RLock()
	names := slices.Sorted(maps.Keys(e.collections))
	collections := make([]*collection, len(names))
	for i, name := range names {
		collections[i] = e.collections[name]
	}
	e.mu.RUnlock()
	flush := func(_ *collection, v *view) *job { return e.jobFlush(v, resting) }
	merge := func(c *collection, v *view) *job { return e.jobMerge(c, v, resting) }
	for _, choose := range []func(*collection, *view) *job{e.jobRemake, flush, merge} {
		for _, c := range collections {
			v, err := c.acquire()
			if err != nil {
				continue
			}
			j := choose(c, v)
			if j == nil {
				e.report("let go of a view", v.release())
				continue
			}
			j.c, j.v = c, v
			for _, p := range j.parts {
				c.busy[p.Segment] = true
			}
			return j
		}
	}
	return nil
}

// jobRemake makes every segment again where one is damaged or does not index
// what the collection has to.
func (e *Engine) jobRemake(c *collection, v *view) *job {
	config := segmentConfig(v.record)
	stale := slices.ContainsFunc(v.parts, func(p *part) bool { return !p.Config().Equal(config) })
	if !stale && !c.damaged.Load() {
		return nil
	}
	return &job{parts: v.parts, written: v.number, remake: true}
}

// jobFlush writes the parts in memory to a file once they are large or, at rest,
// where there are several.
func (e *Engine) jobFlush(v *view, resting bool) *job {
	parts := inMemory(v)
	if v.memory() < e.opt.flushBytes() && !(resting && len(parts) > 1) {
		return nil
	}
	return &job{parts: parts, written: v.number}
}

func inMemory(v *view) []*part {
	var parts []*part
	for _, p := range v.parts {
		if p.file == nil {
			parts = append(parts, p)
		}
	}
	return parts
}

// jobMerge merges files: those of one size where there are several, two at rest,
// and one that is mostly dead alone.
func (e *Engine) jobMerge(c *collection, v *view, resting bool) *job {
	together := 4
	if resting {
		together = 2
	}
	tiers := map[int][]*part{}
	for _, p := range v.parts {
		if p.file == nil {
			continue
		}
		if p.wasteful() || p.live() == 0 {
			return &job{parts: []*part{p}, written: c.written}
		}
		tiers[p.tier()] = append(tiers[p.tier()], p)
	}
	for _, tier := range slices.Sorted(maps.Keys(tiers)) {
		if parts := tiers[tier]; len(parts) >= together {
			return &job{parts: parts, written: c.written}
		}
	}
	return nil
}

// run does a job.
func (e *Engine) run(ctx context.Context, j *job) error {
	var made *part
	err := guard(func() (err error) {
		made, err = e.produce(ctx, j)
		return err
	})
	e.writer <- struct{}{}
	defer func() { <-e.writer }()
	if err == nil {
		err = guard(func() error { return e.exchange(j, made) })
	}
	for _, p := range j.parts {
		delete(j.c.busy, p.Segment)
	}
	if j.c.upkeep = err; errors.Is(err, segment.ErrDamaged) || errors.Is(err, errFault) {
		j.c.damaged.Store(true)
	}
	close(j.c.settled)
	j.c.settled = make(chan struct{})
	return errors.Join(err, j.v.release())
}

// produce makes the file of a job; it is nil where nothing would be in it.
func (e *Engine) produce(ctx context.Context, j *job) (*part, error) {
	if j.remake {
		parts, err := e.remake(ctx, j.v)
		if err != nil || len(parts) == 0 {
			return nil, err
		}
		return parts[0], nil
	}
	live := 0
	for _, p := range j.parts {
		live += p.live()
	}
	if live == 0 {
		return nil, nil
	}
	return e.mergeToFile(ctx, j.parts)
}

func (e *Engine) mergeToFile(ctx context.Context, parts []*part) (*part, error) {
	f, err := e.segments.create(func(w io.Writer) error {
		return guard(func() error { return segment.Merge(ctx, w, inputs(parts)) })
	})
	if err != nil {
		return nil, err
	}
	return &part{Segment: f.segment, file: f}, nil
}

// remake makes one file of all points of a view, or none where there are none.
func (e *Engine) remake(ctx context.Context, v *view) (made []*part, err error) {
	config := segmentConfig(v.record)
	var chunk []change
	var files []*part
	defer func() {
		if len(files) > 1 || err != nil {
			err = errors.Join(err, discard(files))
		}
	}()
	build := func() error {
		p, err := buildPart(config, chunk)
		if err != nil || p == nil {
			return err
		}
		chunk = chunk[:0]
		if p, err = e.mergeToFile(ctx, []*part{p}); err == nil {
			files = append(files, p)
		}
		return err
	}
	err = each(v.snapshot, idKey(keyPoint, v.record.id), func(k, value []byte) error {
		var key pointid.Key
		if len(k) != len(key) {
			return fmt.Errorf("%w: a point key has %d bytes", ErrCorrupt, len(k))
		}
		copy(key[:], k)
		version, p, err := decodePoint(value)
		if err != nil {
			return fmt.Errorf("point %s: %w", key, err)
		}
		if chunk = append(chunk, change{key: key, version: version, point: p}); len(chunk) < buildPoints {
			return nil
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		return build()
	})
	if err == nil {
		err = build()
	}
	switch {
	case err != nil:
		return nil, err
	case len(files) <= 1:
		return files, nil
	}
	p, err := e.mergeToFile(ctx, files)
	if err != nil {
		return nil, err
	}
	return []*part{p}, nil
}

// exchange puts the outcome of a job in place; the writer is held. The manifest
// is durable before the old files go.
func (e *Engine) exchange(j *job, made *part) error {
	c := j.c
	if c.view == nil {
		return discard([]*part{made})
	}
	parts := replaceParts(c.view.parts, j.parts, made)
	if err := e.writeManifest(c, j.written, parts); err != nil {
		return errors.Join(err, discard([]*part{made}))
	}
	for _, p := range j.parts {
		if p.file != nil {
			p.file.retired.Store(true)
		}
	}
	if j.remake {
		c.damaged.Store(false)
	}
	c.publish(newView(c.view.record, e.kv.snapshot(), parts, c.view.number))
	return nil
}

// discard removes files that are in no view.
func discard(parts []*part) error {
	var err error
	for _, p := range parts {
		if p != nil {
			p.file.retired.Store(true)
			err = errors.Join(err, p.file.release())
		}
	}
	return err
}

// replaceParts returns the present parts with made in place of old, and dead in
// made what died in old since it was taken. An old part that is not there any
// more has died as a whole.
func replaceParts(present, old []*part, made *part) []*part {
	now := make(map[*segment.Segment]*part, len(old))
	for _, p := range old {
		now[p.Segment] = nil
	}
	var rest []*part
	for _, p := range present {
		if _, ok := now[p.Segment]; ok {
			now[p.Segment] = p
		} else {
			rest = append(rest, p)
		}
	}
	if made == nil {
		return rest
	}
	var died []pointid.Key
	for _, was := range old {
		living := was.allowed()
		if p := now[was.Segment]; p != nil {
			living.AndNot(p.allowed())
		}
		living.Each(func(doc uint32) bool {
			died = append(died, was.Key(doc))
			return true
		})
	}
	// What is on disk comes first: settle looks at the end of the list.
	return append(kill([]*part{made}, died), rest...)
}

// writeManifest records the files among parts and forgets the log of what is in
// them.
func (e *Engine) writeManifest(c *collection, written uint64, parts []*part) error {
	id := c.view.record.id
	m := manifest{written: written}
	for _, p := range parts {
		if p.file != nil {
			m.files = append(m.files, manifestFile{number: p.file.number, dead: p.dead})
		}
	}
	err := e.kv.write(func(b *pebble.Batch) error {
		if err := b.Set(idKey(keySegments, id), m.encode(), nil); err != nil || written <= c.written {
			return err
		}
		return b.DeleteRange(logKey(id, 0), logKey(id, written+1), nil)
	})
	if err == nil {
		c.written = written
	}
	return err
}
