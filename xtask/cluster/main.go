// One program that is every part of a test cluster: the name by which it is started says which.
//
// The parts are upstream's, linked into one file so that they share one build, and one copy in memory.
package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Each part reads os.Args itself, and tells its own errors.
var parts = map[string]func(){
	"coredns":                 coreDNS,
	"etcd":                    etcd,
	"kube-apiserver":          apiServer,
	"kube-controller-manager": controllerManager,
	"kube-proxy":              proxy,
	"kube-scheduler":          scheduler,
	"kubectl":                 kubectl,
	"kubelet":                 kubelet,
	"kwok":                    simulatedNodes,
	"kwok-stages":             simulatedStages,
	"registry":                imageRegistry,
}

func main() {
	name := filepath.Base(os.Args[0])
	run, known := parts[name]
	if !known {
		names := make([]string, 0, len(parts))
		for each := range parts {
			names = append(names, each)
		}
		slices.Sort(names)
		fail(2, fmt.Errorf("`%s` is no part of a cluster; start this program as one of %s", name, strings.Join(names, ", ")))
	}
	run()
}

func fail(code int, err error) {
	fmt.Fprintf(os.Stderr, "error: %v\n", err)
	os.Exit(code)
}
