package main

import (
	"crypto/subtle"
	"flag"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/google/go-containerregistry/pkg/registry"
)

// A registry of images that keeps them in memory. What lies below `private/` wants the user and password `puller`.
func imageRegistry() {
	flags := flag.NewFlagSet("registry", flag.ExitOnError)
	address := flags.String("listen", "127.0.0.1:5000", "where it answers, in clear text")
	_ = flags.Parse(os.Args[1:])
	server := http.Server{Addr: *address, Handler: guarded(registry.New()), ReadHeaderTimeout: 10 * time.Second}
	fail(1, server.ListenAndServe())
}

func guarded(open http.Handler) http.Handler {
	return http.HandlerFunc(func(answer http.ResponseWriter, request *http.Request) {
		user, password, given := request.BasicAuth()
		same := func(one string) int { return subtle.ConstantTimeCompare([]byte(one), []byte("puller")) }
		known := given && same(user)&same(password) == 1
		if strings.HasPrefix(request.URL.Path, "/v2/private/") && !known {
			answer.Header().Set("WWW-Authenticate", `Basic realm="private"`)
			http.Error(answer, "a user and a password, please", http.StatusUnauthorized)
			return
		}
		open.ServeHTTP(answer, request)
	})
}
