// Command cosignature checks the cosignature of a witness with nothing of ours: the note is opened by golang.org/x/mod, as
// Debian ships it, the Ed25519 is Go's own, and the few lines between them are written from the text of C2SP tlog-cosignature.
//
//	cosignature <note file> <log vkey> <witness vkey>
//
// It prints "OK time=…", or "FAIL <why>" and exits with 1.
package main

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"strings"

	"golang.org/x/mod/sumdb/note"
)

const cosignatureV1 = 0x04

// witness is a note.Verifier of cosignatures.
type witness struct {
	name string
	key  ed25519.PublicKey
	time uint64
}

func main() {
	if len(os.Args) != 4 {
		fmt.Fprintln(os.Stderr, "usage: cosignature <note file> <log vkey> <witness vkey>")
		os.Exit(2)
	}
	if err := check(os.Args[1], os.Args[2], os.Args[3]); err != nil {
		fmt.Printf("FAIL %v\n", err)
		os.Exit(1)
	}
}

func check(file, logKey, witnessKey string) error {
	log, err := note.NewVerifier(logKey)
	if err != nil {
		return err
	}
	cosigner, err := newWitness(witnessKey)
	if err != nil {
		return err
	}
	signed, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	opened, err := note.Open(signed, note.VerifierList(log, cosigner))
	if err != nil {
		return err
	}
	if len(opened.Sigs) != 2 {
		return fmt.Errorf("%d known signatures instead of 2", len(opened.Sigs))
	}
	fmt.Printf("OK time=%d\n", cosigner.time)
	return nil
}

func newWitness(vkey string) (*witness, error) {
	parts := strings.SplitN(vkey, "+", 3)
	if len(parts) != 3 {
		return nil, errors.New("the key of the witness has not three parts")
	}
	material, err := base64.StdEncoding.DecodeString(parts[2])
	if err != nil || len(material) != 1+ed25519.PublicKeySize || material[0] != cosignatureV1 {
		return nil, errors.New("the key of the witness is not of type 4")
	}
	w := &witness{name: parts[0], key: ed25519.PublicKey(material[1:])}
	if fmt.Sprintf("%08x", w.KeyHash()) != parts[1] {
		return nil, errors.New("the id of the witness is not that of its key")
	}
	return w, nil
}

func (w *witness) Name() string { return w.name }

func (w *witness) KeyHash() uint32 {
	hash := sha256.Sum256(append([]byte(w.name+"\n\x04"), w.key...))
	return binary.BigEndian.Uint32(hash[:4])
}

func (w *witness) Verify(message, signature []byte) bool {
	if len(signature) != 8+ed25519.SignatureSize {
		return false
	}
	w.time = binary.BigEndian.Uint64(signature)
	text := fmt.Sprintf("cosignature/v1\ntime %d\n%s", w.time, message)
	return ed25519.Verify(w.key, []byte(text), signature[8:])
}
