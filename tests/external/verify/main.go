// Command verify checks an exported log folder with nothing of ours: the signed note, tile and proof code is that of
// golang.org/x/mod/sumdb, as Debian ships it (golang-go, golang-golang-x-mod-dev).
//
//	GO111MODULE=off GOPATH=/usr/share/gocode go run main.go <folder> <vkey>
//
// It prints "OK size=… root=…", or "FAIL <what>: <why>" and exits with 1. The root is recomputed from the entries, and each
// tile from them too: TileHashReader alone does not do, as its releases before 0.40 let forged tiles pass (CVE-2026-56865).
// sumdb writes tile/8/<level>/<index> where our layout (C2SP tlog-tiles) has no 8; the three lines of the checkpoint are
// parsed here, because sumdb knows only a header of its own.
package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const tileHeight = 8
const tileWidth = 1 << tileHeight

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: verify <folder> <vkey>")
		os.Exit(2)
	}
	folder := os.Args[1]
	tree := openCheckpoint(folder, os.Args[2])
	leaves := hashEntries(folder, tree.N)
	stored := storedHashes(leaves)
	checkRoot(folder, tree, leaves, stored)
	checkTiles(folder, tree.N, stored)
	checkProofs(folder, tree, leaves)
	fmt.Printf("OK size=%d root=%s\n", tree.N, tree.Hash)
}

func fail(what string, why any) {
	fmt.Printf("FAIL %s: %v\n", what, why)
	os.Exit(1)
}

// openCheckpoint returns the tree that the key has signed.
func openCheckpoint(folder, vkey string) tlog.Tree {
	verifier, err := note.NewVerifier(vkey)
	if err != nil {
		fail("vkey", err)
	}
	signed, err := os.ReadFile(filepath.Join(folder, "checkpoint"))
	if err != nil {
		fail("checkpoint", err)
	}
	opened, err := note.Open(signed, note.VerifierList(verifier))
	if err != nil {
		fail("checkpoint-signature", err)
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) != 4 || lines[3] != "" {
		fail("checkpoint-format", "not three lines")
	}
	if lines[0] != verifier.Name() {
		fail("origin", fmt.Sprintf("%q, the key is of %q", lines[0], verifier.Name()))
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil || size < 0 || strconv.FormatInt(size, 10) != lines[1] {
		fail("checkpoint-format", "size "+lines[1])
	}
	root, err := base64.StdEncoding.DecodeString(lines[2])
	if err != nil || len(root) != tlog.HashSize {
		fail("checkpoint-format", "root "+lines[2])
	}
	tree := tlog.Tree{N: size}
	copy(tree.Hash[:], root)
	return tree
}

// hashEntries returns the leaf hash of each entry in the bundles.
func hashEntries(folder string, size int64) []tlog.Hash {
	var leaves []tlog.Hash
	for _, tile := range tilesAtLevel(0, size) {
		path := strings.Replace(tilePath(tile), "tile/0/", "tile/entries/", 1)
		bundle, err := os.ReadFile(filepath.Join(folder, path))
		if err != nil {
			fail("bundle", err)
		}
		for i := 0; i < tile.W; i++ {
			if len(bundle) < 2 || len(bundle) < 2+int(binary.BigEndian.Uint16(bundle)) {
				fail("bundle", fmt.Sprintf("%s ends before or inside entry %d", path, len(leaves)))
			}
			end := 2 + int(binary.BigEndian.Uint16(bundle))
			leaves = append(leaves, tlog.RecordHash(bundle[2:end]))
			bundle = bundle[end:]
		}
		if len(bundle) != 0 {
			fail("bundle", path+" goes on after its last entry")
		}
	}
	return leaves
}

// memory holds the hashes of a tree in sumdb's order.
type memory []tlog.Hash

func (m memory) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	hashes := make([]tlog.Hash, len(indexes))
	for i, index := range indexes {
		hashes[i] = m[index]
	}
	return hashes, nil
}

func storedHashes(leaves []tlog.Hash) memory {
	var stored memory
	for i, leaf := range leaves {
		hashes, err := tlog.StoredHashesForRecordHash(int64(i), leaf, stored)
		if err != nil {
			fail("entry", err)
		}
		stored = append(stored, hashes...)
	}
	return stored
}

// checkRoot compares the root of the entries with the signed one, and names the first entry that its tile contradicts.
func checkRoot(folder string, tree tlog.Tree, leaves []tlog.Hash, stored memory) {
	root := tlog.Hash(sha256.Sum256(nil))
	if tree.N > 0 {
		var err error
		if root, err = tlog.TreeHash(tree.N, stored); err != nil {
			fail("root", err)
		}
	}
	if root == tree.Hash {
		return
	}
	for _, tile := range tilesAtLevel(0, tree.N) {
		content, _ := os.ReadFile(filepath.Join(folder, tilePath(tile)))
		for i := 0; i < tile.W && (i+1)*tlog.HashSize <= len(content); i++ {
			entry := tile.N*tileWidth + int64(i)
			if !bytes.Equal(content[i*tlog.HashSize:(i+1)*tlog.HashSize], leaves[entry][:]) {
				fail("entry", fmt.Sprintf("%d does not have the hash in its tile", entry))
			}
		}
	}
	fail("root", fmt.Sprintf("the entries have %v, signed is %v", root, tree.Hash))
}

// checkTiles compares every tile with the one that the entries make.
func checkTiles(folder string, size int64, stored memory) {
	for level := 0; size>>(tileHeight*level) > 0; level++ {
		for _, tile := range tilesAtLevel(level, size) {
			content, err := os.ReadFile(filepath.Join(folder, tilePath(tile)))
			if err != nil {
				fail("tile", err)
			}
			expected, err := tlog.ReadTileData(tile, stored)
			if err != nil || !bytes.Equal(content, expected) {
				fail("tile", tilePath(tile)+" is not that of the entries")
			}
		}
	}
}

func tilesAtLevel(level int, size int64) []tlog.Tile {
	var tiles []tlog.Tile
	for left := size >> (tileHeight * level); left > 0; left -= tileWidth {
		tile := tlog.Tile{H: tileHeight, L: level, N: int64(len(tiles)), W: tileWidth}
		if left < tileWidth {
			tile.W = int(left)
		}
		tiles = append(tiles, tile)
	}
	return tiles
}

func tilePath(tile tlog.Tile) string {
	return strings.Replace(tile.Path(), "tile/8/", "tile/", 1)
}

// folderTiles reads tiles as a client of the log does.
type folderTiles string

func (folder folderTiles) Height() int                     { return tileHeight }
func (folder folderTiles) SaveTiles([]tlog.Tile, [][]byte) {}

func (folder folderTiles) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	contents := make([][]byte, len(tiles))
	for i, tile := range tiles {
		content, err := os.ReadFile(filepath.Join(string(folder), tilePath(tile)))
		if err != nil {
			return nil, err
		}
		contents[i] = content
	}
	return contents, nil
}

// checkProofs reads every leaf hash through the tiles, and makes and checks inclusion and consistency proofs of a sample.
func checkProofs(folder string, tree tlog.Tree, leaves []tlog.Hash) {
	reader := tlog.TileHashReader(tree, folderTiles(folder))
	for _, tile := range tilesAtLevel(0, tree.N) {
		first := tile.N * tileWidth
		indexes := make([]int64, tile.W)
		for i := range indexes {
			indexes[i] = tlog.StoredHashIndex(0, first+int64(i))
		}
		hashes, err := reader.ReadHashes(indexes)
		if err != nil {
			fail("tile", fmt.Sprintf("%s: %v", tilePath(tile), err))
		}
		for i, hash := range hashes {
			if hash != leaves[first+int64(i)] {
				fail("tile", fmt.Sprintf("%s has another hash for entry %d", tilePath(tile), first+int64(i)))
			}
		}
	}
	for step := int64(0); step < 20 && tree.N > 0; step++ {
		index := step * (tree.N - 1) / 19
		if err := inclusion(tree, reader, index, leaves[index]); err != nil {
			fail("inclusion", fmt.Sprintf("of entry %d: %v", index, err))
		}
		if err := consistency(tree, reader, index+1); err != nil {
			fail("consistency", fmt.Sprintf("of size %d: %v", index+1, err))
		}
	}
}

func inclusion(tree tlog.Tree, reader tlog.HashReader, index int64, leaf tlog.Hash) error {
	proof, err := tlog.ProveRecord(tree.N, index, reader)
	if err != nil {
		return err
	}
	return tlog.CheckRecord(proof, tree.N, tree.Hash, index, leaf)
}

func consistency(tree tlog.Tree, reader tlog.HashReader, size int64) error {
	root, err := tlog.TreeHash(size, reader)
	if err != nil {
		return err
	}
	proof, err := tlog.ProveTree(tree.N, size, reader)
	if err != nil {
		return err
	}
	return tlog.CheckTree(proof, tree.N, tree.Hash, size, root)
}
