// Package chainexport keeps the heads of the record's chains outside the database.
// One signed file a day holds the heads that changed. Each file names the one before.
// If somebody rewrites the record, the files no longer match it. They can't be changed
// without the key, and a missing file is noticed.
package chainexport

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"hame/internal/clock"
	"hame/internal/store"
)

// Export is what one file says.
type Export struct {
	Schema int        `json:"schema"`
	Day    clock.Date `json:"day"`
	// Before is the SHA-256 of the file of the day before, in hexadecimal; empty in
	// the first.
	Before string `json:"before,omitempty"`
	// Through is the instant, by the database's clock, up to which changes are in it.
	Through time.Time `json:"through"`
	// Heads are those that changed since the file before; in the first all.
	Heads []store.ChainHead `json:"heads"`
}

// signed is a file: an export as it was signed, byte by byte, and its signature.
type signed struct {
	Export    json.RawMessage `json:"export"`
	Signature []byte          `json:"signature"`
}

// overlap is how far an export looks back behind the one before: what was being
// committed when that was made is in both [D].
const overlap = 10 * time.Minute

// Writer writes a day's file.
type Writer struct {
	Dir    string
	Key    ed25519.PrivateKey
	Record *store.Store // the worker's
}

// ReadPrivateKey reads an Ed25519 key in PKCS 8, as PEM. The error says how to make one.
func ReadPrivateKey(path string) (ed25519.PrivateKey, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("the key that signs exports: %w; `openssl genpkey -algorithm ed25519 -out %s` makes one, apart from the keyset", err, path)
	}
	if info.Mode().Perm()&0o007 != 0 {
		return nil, fmt.Errorf("%s: everybody on this machine may read or write it; chmod o= %s", path, path)
	}
	block, err := readPEM(path)
	if err != nil {
		return nil, err
	}
	key, err := x509.ParsePKCS8PrivateKey(block)
	if err == nil {
		if private, ok := key.(ed25519.PrivateKey); ok {
			return private, nil
		}
	}
	return nil, fmt.Errorf("%s holds no Ed25519 key in PKCS 8", path)
}

// ReadPublicKey reads the key that verifies what the private one signed, as PEM.
func ReadPublicKey(path string) (ed25519.PublicKey, error) {
	block, err := readPEM(path)
	if err != nil {
		return nil, err
	}
	key, err := x509.ParsePKIXPublicKey(block)
	if err == nil {
		if public, ok := key.(ed25519.PublicKey); ok {
			return public, nil
		}
	}
	return nil, fmt.Errorf("%s holds no Ed25519 public key; `openssl pkey -in KEY -pubout -out %s` writes it", path, path)
}

func readPEM(path string) ([]byte, error) {
	body, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("the key of the exports: %w", err)
	}
	block, _ := pem.Decode(body)
	if block == nil {
		return nil, fmt.Errorf("%s is no PEM file", path)
	}
	return block.Bytes, nil
}

// Daily writes today's file, unless it is there: another worker may have written it.
func (w *Writer) Daily(ctx context.Context) error {
	today := clock.DateOf(time.Now())
	path := filepath.Join(w.Dir, fileOf(today))
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	files, err := List(w.Dir)
	if err != nil {
		return err
	}
	next := Export{Schema: 1, Day: today}
	var since time.Time
	if len(files) > 0 {
		last, digest, err := read(filepath.Join(w.Dir, files[len(files)-1]), w.Key.Public().(ed25519.PublicKey))
		if err != nil {
			return err
		}
		next.Before, since = digest, last.Through.Add(-overlap)
	}
	if next.Heads, next.Through, err = w.Record.HeadsChangedSince(ctx, since); err != nil {
		return err
	}
	body, err := json.Marshal(next)
	if err != nil {
		return err
	}
	file, err := json.Marshal(signed{body, ed25519.Sign(w.Key, body)})
	if err != nil {
		return err
	}
	return place(path, append(file, '\n'))
}

// place puts a whole file in its place, once: what is there is never replaced.
func place(path string, body []byte) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), ".export-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.Remove(f.Name())) }()
	_, err = f.Write(body)
	if err = errors.Join(err, f.Chmod(0o444), f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Link(f.Name(), path); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return nil
}

const prefix, suffix = "heads-", ".json"

func fileOf(day clock.Date) string { return prefix + day.String() + suffix }

// List names the files of a folder of exports, the oldest first.
func List(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var files []string
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), prefix) && strings.HasSuffix(e.Name(), suffix) {
			files = append(files, e.Name())
		}
	}
	slices.Sort(files)
	return files, nil
}

// read reads one file, verifies its signature, and returns the file's digest too.
func read(path string, key ed25519.PublicKey) (Export, string, error) {
	var e Export
	body, err := os.ReadFile(path)
	if err != nil {
		return e, "", err
	}
	var s signed
	if err := json.Unmarshal(body, &s); err != nil || !ed25519.Verify(key, s.Export, s.Signature) {
		return e, "", fmt.Errorf("%s: its signature does not hold: it was changed, or signed with another key",
			filepath.Base(path))
	}
	d := json.NewDecoder(bytes.NewReader(s.Export))
	d.DisallowUnknownFields()
	if err := d.Decode(&e); err != nil {
		return e, "", fmt.Errorf("%s: what it says can't be read", filepath.Base(path))
	}
	sum := sha256.Sum256(body)
	return e, hex.EncodeToString(sum[:]), nil
}

// Check verifies the signatures of a folder of exports, and that no day is missing
// from the first to yesterday. It returns every head in them, to be held against the
// record, and in words what is wrong.
func Check(dir string, key ed25519.PublicKey, today clock.Date) (heads []store.ChainHead, wrong []string, err error) {
	files, err := List(dir)
	if err != nil {
		return nil, nil, err
	}
	if len(files) == 0 {
		return nil, nil, fmt.Errorf("%s holds no export, and proves nothing", dir)
	}
	var last Export
	var digest string
	for i, name := range files {
		e, sum, err := read(filepath.Join(dir, name), key)
		if err != nil {
			wrong = append(wrong, err.Error())
			last, digest = Export{}, ""
			continue
		}
		switch {
		case fileOf(e.Day) != name:
			wrong = append(wrong, fmt.Sprintf("%s: it is the export of %s", name, e.Day))
		case i > 0 && !last.Day.IsZero() && e.Before != digest:
			wrong = append(wrong, fmt.Sprintf("%s: it does not follow from the file before it", name))
		case i == 0 && e.Before != "":
			wrong = append(wrong, fmt.Sprintf("%s: it follows from a file that is missing", name))
		}
		if i > 0 && !last.Day.IsZero() {
			for day := last.Day.AddDays(1); day.Before(e.Day); day = day.AddDays(1) {
				wrong = append(wrong, fmt.Sprintf("the export of %s is missing", day))
			}
		}
		last, digest = e, sum
		heads = append(heads, e.Heads...)
	}
	if !last.Day.IsZero() {
		for day := last.Day.AddDays(1); day.Before(today); day = day.AddDays(1) {
			wrong = append(wrong, fmt.Sprintf("the export of %s is missing", day))
		}
	}
	return heads, wrong, nil
}
