package codec

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"sync/atomic"
	"time"

	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/insecurecleartextkeyset"
	"github.com/tink-crypto/tink-go/v2/keyset"
	"github.com/tink-crypto/tink-go/v2/tink"
)

// keys are those of a keyset file at one moment.
type keys struct {
	aead    tink.AEAD
	known   map[uint32]bool
	primary uint32
}

// Keyset is the Tink keyset of a file. It is loaded once; [Keyset.Follow] takes
// up a changed file while payloads are being read and written. Safe for use by
// several goroutines.
type Keyset struct {
	path string
	now  atomic.Pointer[keys]
	body []byte // of the file as it was taken up
}

// Load reads a keyset from its file. The error names the file and what to do: it
// is refused where it is readable by everybody, or is no AEAD keyset.
func Load(path string) (*Keyset, error) {
	k := &Keyset{path: path}
	_, err := k.takeUp()
	return k, err
}

// takeUp reads the file, and uses its keys from now on if they have changed.
func (k *Keyset) takeUp() (changed bool, err error) {
	body, handle, err := read(k.path)
	if err != nil || bytes.Equal(body, k.body) {
		return false, err
	}
	next, err := keysOf(handle)
	if err != nil {
		return false, fmt.Errorf("keyset %s: %w", k.path, err)
	}
	k.now.Store(next)
	k.body = body
	return true, nil
}

func keysOf(handle *keyset.Handle) (*keys, error) {
	primitive, err := aead.New(handle)
	if err != nil {
		return nil, fmt.Errorf("it holds no AEAD keys: %w", err)
	}
	info := handle.KeysetInfo()
	next := &keys{primitive, map[uint32]bool{}, info.GetPrimaryKeyId()}
	for _, key := range info.GetKeyInfo() {
		next.known[key.GetKeyId()] = true
	}
	return next, nil
}

// Primary is the id of the key that encrypts.
func (k *Keyset) Primary() uint32 { return k.now.Load().primary }

// followEvery is how soon a changed keyset is taken up.
const followEvery = 10 * time.Second

// Follow takes up the file within ten seconds of each change until ctx ends, so
// that a rotation needs no restart, and logs it. A file that can't be read leaves
// the keys as they are.
func (k *Keyset) Follow(ctx context.Context, logger *slog.Logger) {
	tick := time.NewTicker(followEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		switch changed, err := k.takeUp(); {
		case err != nil:
			logger.Error("the keyset was not taken up; the one before stays in use", "error", err.Error())
		case changed:
			logger.Info("took up a changed keyset", "encrypts_with", k.Primary())
		}
	}
}

func read(path string) ([]byte, *keyset.Handle, error) {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil, fmt.Errorf("keyset %s: no such file; `starter keyset create %s` makes one, once for a whole installation", path, path)
	}
	if err != nil {
		return nil, nil, fmt.Errorf("keyset: %w", err)
	}
	if info.Mode().Perm()&0o007 != 0 {
		return nil, nil, fmt.Errorf("keyset %s: everybody on this machine may read or write it; chmod o= %s", path, path)
	}
	body, err := os.ReadFile(path)
	if err != nil {
		return nil, nil, fmt.Errorf("keyset: %w", err)
	}
	handle, err := insecurecleartextkeyset.Read(keyset.NewJSONReader(bytes.NewReader(body)))
	if err != nil {
		return nil, nil, fmt.Errorf("keyset %s: not a Tink keyset in JSON: %w", path, err)
	}
	return body, handle, nil
}

// Create makes a keyset file with one AES-256-GCM key, readable by its owner
// only. It never overwrites: without its keyset no history can be read.
func Create(path string) error {
	handle, err := keyset.NewHandle(aead.AES256GCMKeyTemplate())
	if err != nil {
		return err
	}
	return write(path, handle, true)
}

// Add adds a key that decrypts and does not encrypt yet: the first half of a
// rotation. It returns the key's id.
func Add(path string) (uint32, error) {
	_, handle, err := read(path)
	if err != nil {
		return 0, err
	}
	m := keyset.NewManagerFromHandle(handle)
	id, err := m.Add(aead.AES256GCMKeyTemplate())
	if err != nil {
		return 0, err
	}
	return id, change(path, m)
}

// Promote makes a key of the file the one that encrypts: the second half of a
// rotation, once every program has taken up the first. The other keys stay, for
// what they encrypted.
func Promote(path string, id uint32) error {
	_, handle, err := read(path)
	if err != nil {
		return err
	}
	m := keyset.NewManagerFromHandle(handle)
	if err := m.SetPrimary(id); err != nil {
		return fmt.Errorf("keyset %s: key %d: %w", path, id, err)
	}
	return change(path, m)
}

// Key is one key of a file; the file alone holds what it is.
type Key struct {
	ID      uint32 `json:"id"`
	Primary bool   `json:"primary"`
}

// List tells the keys of a file, in the order in which they were added.
func List(path string) ([]Key, error) {
	_, handle, err := read(path)
	if err != nil {
		return nil, err
	}
	var list []Key
	for _, key := range handle.KeysetInfo().GetKeyInfo() {
		list = append(list, Key{key.GetKeyId(), key.GetKeyId() == handle.KeysetInfo().GetPrimaryKeyId()})
	}
	return list, nil
}

func change(path string, m *keyset.Manager) error {
	handle, err := m.Handle()
	if err != nil {
		return err
	}
	return write(path, handle, false)
}

// write puts the whole file in place in one step, under the owner and mode of
// the one it replaces.
func write(path string, handle *keyset.Handle, fresh bool) (err error) {
	var body bytes.Buffer
	if err := insecurecleartextkeyset.Write(handle, keyset.NewJSONWriter(&body)); err != nil {
		return err
	}
	if fresh {
		f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
		if errors.Is(err, fs.ErrExist) {
			return fmt.Errorf("keyset %s is there already, and is never overwritten: what it encrypted could not be read any more", path)
		}
		if err != nil {
			return fmt.Errorf("keyset: %w", err)
		}
		_, err = f.Write(body.Bytes())
		return errors.Join(err, f.Sync(), f.Close())
	}
	info, err := os.Stat(path)
	if err != nil {
		return fmt.Errorf("keyset: %w", err)
	}
	next, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".")
	if err != nil {
		return fmt.Errorf("keyset: %w", err)
	}
	_, err = next.Write(body.Bytes())
	err = errors.Join(err, next.Chmod(info.Mode().Perm()), keepOwner(next, info), next.Sync(), next.Close())
	if err == nil {
		err = os.Rename(next.Name(), path)
	}
	if err != nil {
		_ = os.Remove(next.Name()) // what failed is told
		return fmt.Errorf("keyset: %w", err)
	}
	return nil
}
