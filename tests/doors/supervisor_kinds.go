// SPDX-License-Identifier: MIT

// A program of Go's, which has no C library, for the supervisor's test of kinds: many goroutines
// hash what is known.  Exit status 0, or 1 with a line on what went wrong.
package main

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"os"
	"sync"
	"syscall"
	"unsafe"
)

const family = 38

type address struct {
	family  uint16
	kind    [14]byte
	feature uint32
	mask    uint32
	name    [64]byte
}

func hash(text []byte) ([]byte, error) {
	parent, _, failed := syscall.Syscall(syscall.SYS_SOCKET, family, syscall.SOCK_SEQPACKET|syscall.SOCK_CLOEXEC, 0)
	if failed != 0 {
		return nil, fmt.Errorf("socket: %w", failed)
	}
	defer syscall.Close(int(parent))
	to := address{family: family}
	copy(to.kind[:], "hash")
	copy(to.name[:], "sha256")
	_, _, failed = syscall.Syscall(syscall.SYS_BIND, parent, uintptr(unsafe.Pointer(&to)), unsafe.Sizeof(to))
	if failed != 0 {
		return nil, fmt.Errorf("bind: %w", failed)
	}
	op, _, failed := syscall.Syscall6(syscall.SYS_ACCEPT4, parent, 0, 0, syscall.SOCK_CLOEXEC, 0, 0)
	if failed != 0 {
		return nil, fmt.Errorf("accept: %w", failed)
	}
	defer syscall.Close(int(op))
	if _, err := syscall.Write(int(op), text); err != nil {
		return nil, fmt.Errorf("write: %w", err)
	}
	digest := make([]byte, sha256.Size)
	if _, err := syscall.Read(int(op), digest); err != nil {
		return nil, fmt.Errorf("read: %w", err)
	}
	return digest, nil
}

func main() {
	var all sync.WaitGroup
	for i := 0; i < 32; i++ {
		all.Add(1)
		go func(i int) {
			defer all.Done()
			text := bytes.Repeat([]byte{byte(i)}, 1+i*100)
			expected := sha256.Sum256(text)
			digest, err := hash(text)
			if err != nil || !bytes.Equal(digest, expected[:]) {
				fmt.Println(i, err)
				os.Exit(1)
			}
		}(i)
	}
	all.Wait()
}
