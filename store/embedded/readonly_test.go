//go:build linux

package embedded_test

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/qdrant/go-client/qdrant"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/naru-rag/naru/store/embedded"
)

// TestReadOnlyMount opens data folders on a file system that is mounted for
// reading only. It runs itself again in a mount namespace, so that the mount is
// seen by nobody else and ends with the process.
func TestReadOnlyMount(t *testing.T) {
	if os.Getenv(childVariable) == "" {
		again(t, os.Args[0], &syscall.SysProcAttr{
			Cloneflags:  syscall.CLONE_NEWUSER | syscall.CLONE_NEWNS,
			UidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}},
			GidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getgid(), Size: 1}},
		})
		return
	}
	mount := t.TempDir()
	if err := syscall.Mount("tmpfs", mount, "tmpfs", 0, "size=64m"); err != nil {
		t.Skipf("needs mounts: %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(mount, 0); err != nil {
			t.Error(err)
		}
	})
	folders := foldersToRead(t, mount)
	if err := os.Mkdir(filepath.Join(mount, "empty"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mount("", mount, "", syscall.MS_REMOUNT|syscall.MS_RDONLY, ""); err != nil {
		t.Fatal(err)
	}
	for _, f := range folders {
		t.Run(filepath.Base(f.dir), func(t *testing.T) { expectReadOnly(t, f) })
	}
	for _, name := range []string{"missing", "missing/below", "empty"} {
		dir := filepath.Join(mount, name)
		_, err := embedded.Open(dir, embedded.Small(nil))
		if err == nil || !strings.Contains(err.Error(), dir+":") || !strings.Contains(err.Error(), "read-only") || !strings.Contains(err.Error(), "--data") {
			t.Errorf("opening a folder that is %s says %v", name, err)
		}
	}
}

// TestFolderWithoutPermission opens data folders that may not be written to.
// Where the tests run as root, who may write everywhere, it runs itself again as
// somebody else.
func TestFolderWithoutPermission(t *testing.T) {
	if os.Geteuid() == 0 {
		const nobody = 65534
		work := t.TempDir()
		// Only the owner may enter what t.TempDir makes, and where the binary lies.
		if err := os.Chmod(filepath.Dir(work), 0o755); err != nil {
			t.Fatal(err)
		}
		binary, err := os.ReadFile(os.Args[0])
		if err != nil {
			t.Fatal(err)
		}
		program := filepath.Join(work, "embedded.test")
		if err := os.WriteFile(program, binary, 0o755); err != nil {
			t.Fatal(err)
		}
		again(t, program, &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}})
		return
	}
	work := t.TempDir()
	folders := foldersToRead(t, work)
	chmod := func(file, dir os.FileMode) {
		var dirs []string
		err := filepath.WalkDir(work, func(path string, d fs.DirEntry, err error) error {
			if err != nil || !d.IsDir() {
				return errors.Join(err, os.Chmod(path, file))
			}
			dirs = append(dirs, path)
			return os.Chmod(path, 0o700)
		})
		for _, d := range dirs {
			err = errors.Join(err, os.Chmod(d, dir))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	chmod(0o400, 0o500)
	t.Cleanup(func() { chmod(0o600, 0o700) })
	for _, f := range folders {
		t.Run(filepath.Base(f.dir), func(t *testing.T) { expectReadOnly(t, f) })
	}
	dir := filepath.Join(work, "missing")
	if _, err := embedded.Open(dir, embedded.Small(nil)); err == nil || !strings.Contains(err.Error(), dir+":") ||
		!strings.Contains(err.Error(), "permission denied") || !strings.Contains(err.Error(), "--data") {
		t.Errorf("opening a folder that cannot be made says %v", err)
	}
}

// again runs the test in another process with these attributes.
func again(t *testing.T, program string, attributes *syscall.SysProcAttr) {
	t.Helper()
	cmd := exec.Command(program, "-test.run=^"+t.Name()+"$", "-test.count=1", "-test.v")
	cmd.Env = append(os.Environ(), childVariable+"=damage", "PWD=/")
	cmd.Dir, cmd.SysProcAttr = "/", attributes
	out, err := cmd.CombinedOutput()
	switch {
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EINVAL), errors.Is(err, syscall.ENOSPC):
		t.Skipf("needs namespaces and another user: %v", err) // ENOSPC: no user namespaces are allowed
	case bytes.Contains(out, []byte("--- SKIP: "+t.Name())):
		t.Skipf("%s", out)
	case err != nil, !bytes.Contains(out, []byte("--- PASS: "+t.Name())):
		t.Fatalf("%v\n%s", err, out)
	}
}

// readFolder is a data folder, what is in it and the names of its snapshots.
type readFolder struct {
	dir            string
	want           map[uint64]content
	snapshot, full string
}

// foldersToRead makes data folders: one that was closed, and one whose program
// was killed, with writes that are in the log alone.
func foldersToRead(t *testing.T, in string) []readFolder {
	t.Helper()
	ctx := t.Context()
	closed := readFolder{dir: filepath.Join(in, "closed")}
	closed.want = worked(t, closed.dir)
	e, err := embedded.Open(closed.dir, embedded.Small(nil))
	if err != nil {
		t.Fatal(err)
	}
	indexTagAndN(t, e)
	snapshots := qdrant.NewSnapshotsClient(e.Conn())
	one, err := snapshots.Create(ctx, &qdrant.CreateSnapshotRequest{CollectionName: workCollection})
	if err != nil {
		t.Fatal(err)
	}
	full, err := snapshots.CreateFull(ctx, &qdrant.CreateFullSnapshotRequest{})
	if err != nil {
		t.Fatal(err)
	}
	closed.snapshot, closed.full = one.GetSnapshotDescription().GetName(), full.GetSnapshotDescription().GetName()
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}

	killed := readFolder{dir: filepath.Join(in, "killed"), snapshot: closed.snapshot, full: closed.full}
	files := filesOf(t, closed.dir)
	maps.DeleteFunc(files, func(name string, _ []byte) bool { return !strings.HasPrefix(name, "snapshots") })
	writeFiles(t, killed.dir, files)
	disk := vfs.NewCrashableMem()
	if e, err = embedded.Open(killed.dir, embedded.Small(disk)); err != nil {
		t.Fatal(err)
	}
	if err := prepareWorkload(ctx, e.Conn()); err != nil {
		t.Fatal(err)
	}
	indexTagAndN(t, e)
	w := newWorkload(e.Conn(), 6)
	for range 50 {
		write, after := w.next()
		if err := write(ctx); err != nil {
			t.Fatal(err)
		}
		w.state = after
	}
	killed.want = w.state
	crashed := disk.CrashClone(vfs.CrashCloneCfg{})
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"store", "segments"} {
		from := filepath.Join(killed.dir, name)
		if ok, err := vfs.Clone(crashed, vfs.Default, from, from, vfs.CloneSync); !ok || err != nil {
			t.Fatal(ok, err)
		}
	}
	return []readFolder{closed, killed}
}

func indexTagAndN(t *testing.T, e *embedded.Engine) {
	t.Helper()
	for name, kind := range map[string]qdrant.FieldType{"tag": qdrant.FieldType_FieldTypeKeyword, "n": qdrant.FieldType_FieldTypeInteger} {
		_, err := qdrant.NewPointsClient(e.Conn()).CreateFieldIndex(t.Context(), &qdrant.CreateFieldIndexCollection{
			CollectionName: workCollection, FieldName: name, FieldType: kind.Enum()})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// expectReadOnly reads a folder that cannot be written, and tries to write to it in
// every way there is.
func expectReadOnly(t *testing.T, f readFolder) {
	ctx := t.Context()
	before := filesOf(t, f.dir)
	e, err := embedded.Open(f.dir, embedded.Small(nil))
	if err != nil {
		t.Fatal(err)
	}
	w := newWorkload(e.Conn(), 0)
	check := func(when string) {
		t.Helper()
		if found, err := w.found(ctx); err != nil || !maps.Equal(found, f.want) {
			t.Errorf("%s: found %v, %v\nwant %v", when, found, err, f.want)
		}
	}
	check("opened")
	writes := writesOf(ctx, e, f)
	for _, name := range slices.Sorted(maps.Keys(writes)) {
		err := writes[name]()
		if code := status.Code(err); code != codes.Internal {
			t.Errorf("%s: code %v, error %v", name, code, err)
			continue
		}
		if !strings.Contains(err.Error(), "read-only") && !strings.Contains(err.Error(), "permission denied") || !strings.Contains(err.Error(), f.dir) || !strings.Contains(err.Error(), "make it writable") {
			t.Errorf("%s: the error does not say what to do: %v", name, err)
		}
	}
	check("after the writes")
	if err := e.Close(); err != nil {
		t.Error(err)
	}
	if after := filesOf(t, f.dir); !maps.EqualFunc(before, after, bytes.Equal) {
		t.Errorf("files %v became %v", slices.Sorted(maps.Keys(before)), slices.Sorted(maps.Keys(after)))
	}
	for _, desc := range []*grpc.ServiceDesc{&qdrant.Points_ServiceDesc, &qdrant.Collections_ServiceDesc, &qdrant.Snapshots_ServiceDesc} {
		for _, m := range desc.Methods {
			name := strings.TrimPrefix(desc.ServiceName, "qdrant.") + "." + m.MethodName
			if writes[name] == nil && !slices.Contains(notWrites, name) {
				t.Errorf("%s is neither among the reads nor the writes", name)
			}
		}
	}
}

// notWrites are the methods that write nothing, and those that are not implemented.
var notWrites = []string{
	"Points.Get", "Points.Search", "Points.SearchBatch", "Points.SearchGroups", "Points.Scroll", "Points.Recommend",
	"Points.RecommendBatch", "Points.RecommendGroups", "Points.Discover", "Points.DiscoverBatch", "Points.Count",
	"Points.Query", "Points.QueryBatch", "Points.QueryGroups", "Points.Facet", "Points.SearchMatrixPairs", "Points.SearchMatrixOffsets",
	"Collections.Get", "Collections.List", "Collections.ListCollectionAliases", "Collections.ListAliases", "Collections.CollectionExists",
	"Collections.CollectionClusterInfo", "Collections.ListShardKeys", "Collections.UpdateCollectionClusterSetup", "Collections.CreateShardKey", "Collections.DeleteShardKey",
	"Points.CreateVectorName", "Points.DeleteVectorName", "Snapshots.List", "Snapshots.ListFull",
}

// writesOf returns every kind of write by the name of its method.
func writesOf(ctx context.Context, e *embedded.Engine, f readFolder) map[string]func() error {
	points, collections, snapshots := qdrant.NewPointsClient(e.Conn()), qdrant.NewCollectionsClient(e.Conn()), qdrant.NewSnapshotsClient(e.Conn())
	id := slices.Min(slices.Collect(maps.Keys(f.want)))
	one := selectIDs([]uint64{id})
	new := content{n: 5000, tag: "new", dense: 7, sparse: 3}
	payload := qdrant.NewValueMap(map[string]any{"new": 1})
	vectors := qdrant.NewVectorsMap(map[string]*qdrant.Vector{"dense": qdrant.NewVectorDense([]float32{7, 1})})
	upsert := []*qdrant.PointStruct{new.point(id)}
	return map[string]func() error{
		"Points.Upsert": func() error {
			_, err := points.Upsert(ctx, &qdrant.UpsertPoints{CollectionName: workCollection, Points: upsert})
			return err
		},
		"Points.Delete": func() error {
			_, err := points.Delete(ctx, &qdrant.DeletePoints{CollectionName: workCollection, Points: one})
			return err
		},
		"Points.UpdateVectors": func() error {
			_, err := points.UpdateVectors(ctx, &qdrant.UpdatePointVectors{CollectionName: workCollection, Points: []*qdrant.PointVectors{{Id: qdrant.NewIDNum(id), Vectors: vectors}}})
			return err
		},
		"Points.DeleteVectors": func() error {
			_, err := points.DeleteVectors(ctx, &qdrant.DeletePointVectors{CollectionName: workCollection, PointsSelector: one, Vectors: &qdrant.VectorsSelector{Names: []string{"dense", "sparse"}}})
			return err
		},
		"Points.SetPayload": func() error {
			_, err := points.SetPayload(ctx, &qdrant.SetPayloadPoints{CollectionName: workCollection, Payload: payload, PointsSelector: one})
			return err
		},
		"Points.OverwritePayload": func() error {
			_, err := points.OverwritePayload(ctx, &qdrant.SetPayloadPoints{CollectionName: workCollection, Payload: payload, PointsSelector: one})
			return err
		},
		"Points.DeletePayload": func() error {
			_, err := points.DeletePayload(ctx, &qdrant.DeletePayloadPoints{CollectionName: workCollection, Keys: []string{"n"}, PointsSelector: one})
			return err
		},
		"Points.ClearPayload": func() error {
			_, err := points.ClearPayload(ctx, &qdrant.ClearPayloadPoints{CollectionName: workCollection, Points: one})
			return err
		},
		"Points.UpdateBatch": func() error {
			_, err := points.UpdateBatch(ctx, &qdrant.UpdateBatchPoints{CollectionName: workCollection, Operations: []*qdrant.PointsUpdateOperation{
				qdrant.NewPointsUpdateUpsert(&qdrant.PointsUpdateOperation_PointStructList{Points: upsert})}})
			return err
		},
		"Points.CreateFieldIndex": func() error {
			_, err := points.CreateFieldIndex(ctx, &qdrant.CreateFieldIndexCollection{CollectionName: workCollection, FieldName: "new", FieldType: qdrant.FieldType_FieldTypeKeyword.Enum()})
			return err
		},
		"Collections.Create": func() error {
			_, err := collections.Create(ctx, &qdrant.CreateCollection{CollectionName: "new"})
			return err
		},
		"Collections.Update": func() error {
			size := uint64(1 << 20)
			_, err := collections.Update(ctx, &qdrant.UpdateCollection{CollectionName: workCollection, OptimizersConfig: &qdrant.OptimizersConfigDiff{IndexingThreshold: &size}})
			return err
		},
		"Collections.Delete": func() error {
			_, err := collections.Delete(ctx, &qdrant.DeleteCollection{CollectionName: workCollection})
			return err
		},
		"Collections.UpdateAliases": func() error {
			_, err := collections.UpdateAliases(ctx, &qdrant.ChangeAliases{Actions: []*qdrant.AliasOperations{qdrant.NewAliasCreate("new", workCollection)}})
			return err
		},
		"Snapshots.Create": func() error {
			_, err := snapshots.Create(ctx, &qdrant.CreateSnapshotRequest{CollectionName: workCollection})
			return err
		},
		"Snapshots.CreateFull": func() error {
			_, err := snapshots.CreateFull(ctx, &qdrant.CreateFullSnapshotRequest{})
			return err
		},
		"Points.DeleteFieldIndex": func() error {
			_, err := points.DeleteFieldIndex(ctx, &qdrant.DeleteFieldIndexCollection{CollectionName: workCollection, FieldName: "n"})
			return err
		},
		"Snapshots.DeleteFull": func() error {
			_, err := snapshots.DeleteFull(ctx, &qdrant.DeleteFullSnapshotRequest{SnapshotName: f.full})
			return err
		},
		"Snapshots.Delete": func() error {
			_, err := snapshots.Delete(ctx, &qdrant.DeleteSnapshotRequest{CollectionName: workCollection, SnapshotName: f.snapshot})
			return err
		},
		"Restore": func() error {
			_, err := e.Restore(ctx, filepath.Join(f.dir, "snapshots", workCollection, f.snapshot), workCollection, true)
			return err
		},
	}
}
