package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"hame/internal/cli"
	"hame/internal/codec"
	"hame/internal/settings"
	"hame/internal/store"

	"github.com/spf13/cobra"
)

// keysetCommand has what those who run the programs do to their keyset.
func (a *app) keysetCommand() *cobra.Command {
	owner := "whoever runs the programs"
	create := forReaders(&cobra.Command{
		Use: "create FILE", Short: "make a keyset, once for a whole installation; never overwrites", Args: cli.Exactly(1),
		RunE: func(c *cobra.Command, args []string) error {
			if err := codec.Create(args[0]); err != nil {
				return cli.Usage(err)
			}
			fmt.Fprintf(c.OutOrStdout(), "made %s; keep a copy where no database backup is: without it no history can be read\n", args[0])
			return nil
		},
	}, owner)
	add := forReaders(&cobra.Command{
		Use: "add FILE", Short: "first half of a rotation: add a key that decrypts and does not encrypt yet",
		Args: cli.Exactly(1),
		RunE: func(c *cobra.Command, args []string) error {
			id, err := codec.Add(args[0])
			if err != nil {
				return cli.Usage(err)
			}
			fmt.Fprintf(c.OutOrStdout(), "added key %d; once every worker and codec server has taken it up (they log it), starter keyset promote %s %d\n", id, args[0], id)
			return nil
		},
	}, owner)
	promote := forReaders(&cobra.Command{
		Use: "promote FILE KEY", Short: "second half of a rotation: encrypt with this key from now on", Args: cli.Exactly(2),
		RunE: func(c *cobra.Command, args []string) error {
			id, err := strconv.ParseUint(args[1], 10, 32)
			if err != nil {
				return cli.Usage(fmt.Errorf("%q is no key's id: starter keyset list %s tells them", args[1], args[0]))
			}
			if err := codec.Promote(args[0], uint32(id)); err != nil {
				return cli.Usage(err)
			}
			fmt.Fprintf(c.OutOrStdout(), "key %d encrypts from now on; the others stay, for what they encrypted\n", id)
			return nil
		},
	}, owner)
	list := forReaders(&cobra.Command{
		Use: "list FILE", Short: "the ids of the keys, and which of them encrypts", Args: cli.Exactly(1),
		RunE: func(c *cobra.Command, args []string) error {
			keys, err := codec.List(args[0])
			if err != nil {
				return cli.Usage(err)
			}
			return a.print(c.OutOrStdout(), keys, func(t *tabwriter.Writer) {
				fmt.Fprintln(t, "KEY\tENCRYPTS")
				for _, k := range keys {
					fmt.Fprintf(t, "%d\t%s\n", k.ID, map[bool]string{true: "yes", false: "no"}[k.Primary])
				}
			})
		},
	}, owner)
	return cli.Group("keyset", "the keys that encrypt what stands in Temporal", create, add, promote, list)
}

// codecCommand lets staff read payloads in the Web UI.
func (a *app) codecCommand() *cobra.Command {
	serve := forReaders(&cobra.Command{
		Use: "serve", Short: "decode payloads for the Web UI and temporal's command line, until interrupted",
		Args: cli.Exactly(0),
		RunE: func(c *cobra.Command, _ []string) error { return a.serveCodec(c.Context()) },
	}, "whoever runs the programs")
	var reader string
	link := forReaders(&cobra.Command{
		Use: "link", Short: "a link that lets one reader's browser read payloads in the Web UI; it works once, for an hour",
		Args: cli.Exactly(0),
		RunE: func(c *cobra.Command, _ []string) error {
			address, err := a.codecLink(c.Context(), cmp.Or(reader, a.as))
			if err == nil {
				fmt.Fprintln(c.OutOrStdout(), address)
			}
			return err
		},
	}, "whoever has HAME_CODEC_TOKEN")
	link.Flags().StringVar(&reader, "reader", "", "the login of who will read; each reading is logged under it (default: that of --as)")
	return cli.Group("codec", "the codec server, by which staff read payloads in the Web UI", serve, link)
}

func (a *app) serveCodec(ctx context.Context) error {
	logger := slog.New(slog.NewJSONHandler(os.Stderr, nil))
	keyset, err := settings.Keyset()
	if err != nil {
		return cli.Usage(err)
	}
	origins := a.settings.CodecOrigins
	if len(origins) == 0 {
		for _, address := range []string{a.settings.UIURL, a.settings.UIRestrictedURL} {
			if u, err := url.Parse(address); err == nil && u.Host != "" {
				origins = append(origins, u.Scheme+"://"+u.Host)
			}
		}
	}
	handler, err := codec.NewServer(codec.ServerOptions{Keyset: keyset, Token: a.settings.CodecToken, Origins: origins,
		Home: a.settings.UIURL, Logger: logger})
	if err != nil {
		return cli.Usage(err)
	}
	listener, err := net.Listen("tcp", a.settings.CodecAddress)
	if err != nil {
		return cli.Usage(fmt.Errorf("HAME_CODEC_ADDRESS %s: %w", a.settings.CodecAddress, err))
	}
	go keyset.Follow(ctx, logger)
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: time.Minute,
		IdleTimeout: 2 * time.Minute}
	logger.Info("codec server ready", "address", listener.Addr().String(), "origins", origins)
	stop := context.AfterFunc(ctx, func() {
		closing, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer cancel()
		_ = server.Shutdown(closing) // the process ends
	})
	defer stop()
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// codecLink asks the codec server for a one-time link for a reader.
func (a *app) codecLink(ctx context.Context, reader string) (string, error) {
	if err := store.CheckLogin(reader); err != nil {
		return "", cli.Usage(fmt.Errorf("say who will read: --reader LOGIN: %w", err))
	}
	if a.settings.CodecToken == "" {
		return "", cli.Usage(errors.New("HAME_CODEC_TOKEN is not set: it is the codec server's, and lets its bearer make links"))
	}
	// A server that listens on every address is reached, like the Web UI, on this machine's own.
	base := "http://" + strings.Replace(a.settings.CodecAddress, "0.0.0.0:", "127.0.0.1:", 1)
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, base+"/link?reader="+url.QueryEscape(reader), nil)
	if err != nil {
		return "", cli.Usage(fmt.Errorf("HAME_CODEC_ADDRESS: %w", err))
	}
	r.Header.Set("Authorization", "Bearer "+a.settings.CodecToken)
	answer, err := (&http.Client{Timeout: patience}).Do(r)
	if err != nil {
		return "", unreachableError{fmt.Errorf("the codec server at %s does not answer; starter codec serve runs it",
			a.settings.CodecAddress)}
	}
	defer func() { _ = answer.Body.Close() }()
	var link codec.Link
	switch {
	case answer.StatusCode == http.StatusUnauthorized:
		return "", cli.Usage(errors.New("the codec server does not take this HAME_CODEC_TOKEN"))
	case answer.StatusCode != http.StatusOK:
		return "", fmt.Errorf("the codec server answered %s", answer.Status)
	}
	if err := json.NewDecoder(answer.Body).Decode(&link); err != nil {
		return "", fmt.Errorf("the codec server's answer: %w", err)
	}
	return base + link.Path, nil
}
