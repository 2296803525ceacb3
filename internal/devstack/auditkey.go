package devstack

import (
	"crypto/ed25519"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"os"
	"path/filepath"
)

// The folder of the exports has these in it: the key that signs them, the one that
// verifies them, and the exports.
const (
	auditKeyName, auditPublicKeyName = "audit.pem", "audit.pub"
	exportsName                      = "exports"
)

// makeAuditKey makes a folder for the worker's daily exports, and the key pair that
// signs and verifies them. Only the user who brought up the stack may read them.
func (s *Stack) makeAuditKey() error {
	s.AuditDir = filepath.Join(s.Dir, "audit")
	if err := os.MkdirAll(filepath.Join(s.AuditDir, exportsName), 0o700); err != nil {
		return err
	}
	public, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		return err
	}
	signs, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		return err
	}
	verifies, err := x509.MarshalPKIXPublicKey(public)
	if err != nil {
		return err
	}
	write := func(name, kind string, key []byte) error {
		return os.WriteFile(filepath.Join(s.AuditDir, name), pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: key}), 0o600)
	}
	return errors.Join(write(auditKeyName, "PRIVATE KEY", signs), write(auditPublicKeyName, "PUBLIC KEY", verifies))
}
