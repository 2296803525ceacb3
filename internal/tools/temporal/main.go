// Command temporal is a Temporal server with its Web UI in one process, for
// Hame's demo and tests. It takes the flags of `temporal server start-dev`
// that Hame uses, with the same meaning, so that the official binary can stand
// in for it; it differs where Hame needs it to:
//
//   - it makes the named namespaces and no other, and keeps closed workflows for
//     ten years: time in a rehearsal runs ahead of the wall clock, and families'
//     reviews are compared long after they close;
//   - its Web UI is read-only, and opens on the first namespace named;
//   - it asks nothing of the internet.
//
// It is for one machine and disposable data. Production uses the official
// images: see docker-compose.yml.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"net"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	uiserver "github.com/temporalio/ui-server/v2/server"
	uiconfig "github.com/temporalio/ui-server/v2/server/config"
	uioptions "github.com/temporalio/ui-server/v2/server/server_options"
	uiversion "github.com/temporalio/ui-server/v2/server/version"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/server/common/authorization"
	"go.temporal.io/server/common/cluster"
	"go.temporal.io/server/common/config"
	"go.temporal.io/server/common/dynamicconfig"
	"go.temporal.io/server/common/headers"
	"go.temporal.io/server/common/log"
	"go.temporal.io/server/common/membership/static"
	"go.temporal.io/server/common/persistence/sql/sqlplugin/sqlite"
	"go.temporal.io/server/common/primitives"
	sqliteschema "go.temporal.io/server/schema/sqlite"
	"go.temporal.io/server/temporal"
	"google.golang.org/protobuf/types/known/durationpb"
)

const (
	clusterName = "active"
	retention   = 3650 * 24 * time.Hour
)

func main() {
	if err := run(os.Args[1:]); err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "temporal:", err)
		os.Exit(1)
	}
}

// options are the flags of `temporal server start-dev` that this server takes.
type options struct {
	ip               string
	port, uiPort     int
	codecEndpoint    string
	headless         bool
	namespaces       list
	dbFile           string
	pragmas          list
	dynamicConfig    list
	searchAttributes list
	logLevel         string
	logFormat        string
}

func parse(args []string) (options, error) {
	var o options
	for _, word := range []string{"server", "start-dev"} {
		if len(args) > 0 && args[0] == word {
			args = args[1:]
		}
	}
	f := flag.NewFlagSet("temporal server start-dev", flag.ContinueOnError)
	f.StringVar(&o.ip, "ip", "127.0.0.1", "address to listen on")
	f.IntVar(&o.port, "port", 7233, "port of the frontend (gRPC)")
	f.IntVar(&o.uiPort, "ui-port", 0, "port of the Web UI (default: the frontend's port + 1000)")
	f.StringVar(&o.codecEndpoint, "ui-codec-endpoint", "", "address of the codec server that the Web UI asks, with the browser's cookies")
	f.BoolVar(&o.headless, "headless", false, "run without the Web UI")
	f.Var(&o.namespaces, "namespace", "namespace to make; may be repeated (default: default)")
	f.StringVar(&o.dbFile, "db-filename", "", "SQLite file, made when absent (default: in memory)")
	f.Var(&o.pragmas, "sqlite-pragma", "NAME=VALUE; may be repeated")
	f.Var(&o.dynamicConfig, "dynamic-config-value", "KEY=JSON; may be repeated")
	f.Var(&o.searchAttributes, "search-attribute", "NAME=TYPE, for namespaces made by this start; may be repeated")
	f.StringVar(&o.logLevel, "log-level", "warn", "debug, info, warn, error or never")
	f.StringVar(&o.logFormat, "log-format", "text", "text or json")
	if err := f.Parse(args); err != nil {
		return o, err
	}
	if f.NArg() > 0 {
		return o, fmt.Errorf("unexpected argument %q: only `server start-dev` and flags are taken", f.Arg(0))
	}
	if o.ip == "localhost" {
		o.ip = "127.0.0.1"
	}
	if net.ParseIP(o.ip) == nil {
		return o, fmt.Errorf("--ip %q is not an IP address", o.ip)
	}
	if o.uiPort == 0 {
		o.uiPort = o.port + 1000
	}
	if len(o.namespaces) == 0 {
		o.namespaces = list{"default"}
	}
	return o, nil
}

func run(args []string) error {
	if len(args) == 1 && args[0] == "--version" {
		fmt.Printf("temporal version hame (Server %s, UI %s)\n", headers.ServerVersion, uiversion.UIVersion)
		return nil
	}
	o, err := parse(args)
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()

	server, err := newServer(o)
	if err != nil {
		return err
	}
	if !o.headless {
		// A taken port is found here, because the UI's own answer to it is to
		// end the process without a word.
		l, err := net.Listen("tcp", hostPort(o.ip, o.uiPort))
		if err != nil {
			return fmt.Errorf("the Web UI's port is taken: %w; choose another with --ui-port", err)
		}
		l.Close()
	}
	if err := server.Start(); err != nil {
		return fmt.Errorf("start: %w", err)
	}
	fmt.Printf("Temporal Server: %s\n", hostPort(o.ip, o.port))
	if !o.headless {
		ui := newUI(o)
		go ui.Start() //nolint:errcheck // it logs and ends the process itself
		defer ui.Stop()
		fmt.Printf("Temporal UI:     http://%s\n", hostPort(o.ip, o.uiPort))
	}
	<-ctx.Done()
	stop() // a second signal ends the process at once
	return server.Stop()
}

func newServer(o options) (temporal.Server, error) {
	level := o.logLevel
	if level == "never" {
		level = "fatal"
	}
	format := "console"
	if o.logFormat == "json" {
		format = "json"
	}
	logger := log.NewZapLogger(log.BuildZapLogger(log.Config{Level: level, Format: format}))

	dynamic, err := dynamicValues(o.dynamicConfig)
	if err != nil {
		return nil, err
	}
	conf, err := serverConfig(o)
	if err != nil {
		return nil, err
	}
	authorizer, err := authorization.GetAuthorizerFromConfig(&conf.Global.Authorization)
	if err != nil {
		return nil, fmt.Errorf("authorizer: %w", err)
	}
	claims, err := authorization.GetClaimMapperFromConfig(&conf.Global.Authorization, logger)
	if err != nil {
		return nil, fmt.Errorf("claim mapper: %w", err)
	}
	hosts := map[primitives.ServiceName]static.Hosts{}
	for name, service := range conf.Services {
		hosts[primitives.ServiceName(name)] = static.SingleLocalHost(hostPort(o.ip, service.RPC.GRPCPort))
	}
	return temporal.NewServer(
		temporal.WithConfig(conf),
		temporal.ForServices(temporal.DefaultServices),
		temporal.WithStaticHosts(hosts),
		temporal.WithLogger(logger),
		temporal.WithAuthorizer(authorizer),
		temporal.WithClaimMapper(func(*config.Config) authorization.ClaimMapper { return claims }),
		temporal.WithDynamicConfigClient(dynamic),
	)
}

func serverConfig(o options) (*config.Config, error) {
	db, err := openDatabase(o)
	if err != nil {
		return nil, err
	}
	ports, err := freePorts(o.ip, 3)
	if err != nil {
		return nil, err
	}
	service := func(port int) config.Service {
		return config.Service{RPC: config.RPC{GRPCPort: port, BindOnIP: o.ip}}
	}
	conf := &config.Config{
		Persistence: config.Persistence{
			DefaultStore:     "sqlite",
			VisibilityStore:  "sqlite",
			NumHistoryShards: 1,
			DataStores:       map[string]config.DataStore{"sqlite": {SQL: db}},
		},
		ClusterMetadata: &cluster.Config{
			FailoverVersionIncrement: 10,
			MasterClusterName:        clusterName,
			CurrentClusterName:       clusterName,
			ClusterInformation: map[string]cluster.ClusterInformation{clusterName: {
				Enabled:                true,
				InitialFailoverVersion: 1,
				RPCAddress:             hostPort(o.ip, o.port),
			}},
		},
		DCRedirectionPolicy: config.DCRedirectionPolicy{Policy: "noop"},
		PublicClient:        config.PublicClient{HostPort: hostPort(o.ip, o.port)},
		Services: map[string]config.Service{
			// No HTTP API: it answers writes, and nothing here needs it.
			string(primitives.FrontendService): service(o.port),
			string(primitives.HistoryService):  service(ports[0]),
			string(primitives.MatchingService): service(ports[1]),
			string(primitives.WorkerService):   service(ports[2]),
		},
	}
	conf.Global.Membership.MaxJoinDuration = 30 * time.Second
	conf.Global.Membership.BroadcastAddress = o.ip
	conf.Archival.History.State = "disabled"
	conf.Archival.Visibility.State = "disabled"
	conf.NamespaceDefaults.Archival.History.State = "disabled"
	conf.NamespaceDefaults.Archival.Visibility.State = "disabled"
	return conf, nil
}

// openDatabase makes the schema and the namespaces where they are missing. An
// existing file is taken as it is: its schema is never migrated.
func openDatabase(o options) (*config.SQL, error) {
	db := &config.SQL{
		PluginName:        sqlite.PluginName,
		DatabaseName:      o.dbFile,
		ConnectAttributes: map[string]string{"mode": "rwc", "journal_mode": "wal", "synchronous": "normal"},
	}
	if o.dbFile == "" {
		db.DatabaseName = strconv.Itoa(rand.IntN(1e9))
		db.ConnectAttributes = map[string]string{"mode": "memory", "cache": "shared", "synchronous": "off"}
	}
	for _, pragma := range o.pragmas {
		name, value, ok := strings.Cut(pragma, "=")
		if !ok {
			return nil, fmt.Errorf("--sqlite-pragma %q: want NAME=VALUE", pragma)
		}
		db.ConnectAttributes[name] = value
	}
	// A database in memory gets its schema as it is opened.
	if _, err := os.Stat(o.dbFile); o.dbFile != "" && errors.Is(err, fs.ErrNotExist) {
		if _, err := os.Stat(filepath.Dir(o.dbFile)); err != nil {
			return nil, fmt.Errorf("--db-filename: %w", err)
		}
		if err := sqliteschema.SetupSchema(db); err != nil {
			return nil, fmt.Errorf("set up the schema in %s: %w", o.dbFile, err)
		}
	}
	attributes, err := attributeTypes(o.searchAttributes)
	if err != nil {
		return nil, err
	}
	for _, name := range o.namespaces {
		ns, err := sqliteschema.NewNamespaceConfig(clusterName, name, false, attributes)
		if err != nil {
			return nil, fmt.Errorf("namespace %s: %w", name, err)
		}
		ns.Detail.Config.Retention = durationpb.New(retention)
		if err := sqliteschema.CreateNamespaces(db, ns); err != nil {
			return nil, fmt.Errorf("make namespace %s: %w", name, err)
		}
	}
	return db, nil
}

func newUI(o options) *uiserver.Server {
	return uiserver.NewServer(uioptions.WithConfigProvider(&uiconfig.Config{
		TemporalGRPCAddress: hostPort(o.ip, o.port),
		Host:                o.ip,
		Port:                o.uiPort,
		EnableUI:            true,
		DefaultNamespace:    o.namespaces[0],
		CORS:                uiconfig.CORS{CookieInsecure: true},
		Codec: uiconfig.Codec{Endpoint: o.codecEndpoint, IncludeCredentials: o.codecEndpoint != "",
			DefaultErrorMessage: "Payloads are encrypted. A link from `starter codec link` lets this browser read them."},
		HideLogs:         true,
		DisableNewsFetch: true,

		// Staff act through `starter`, where each act is a row with its author.
		// The first refuses every write at the UI's server; the others take the
		// buttons away, so that nobody presses one that would fail.
		DisableWriteActions:       true,
		WorkflowTerminateDisabled: true,
		WorkflowCancelDisabled:    true,
		WorkflowSignalDisabled:    true,
		WorkflowUpdateDisabled:    true,
		WorkflowResetDisabled:     true,
		WorkflowPauseDisabled:     true,
		BatchActionsDisabled:      true,
		StartWorkflowDisabled:     true,
		ActivityCommandsDisabled:  true,
	}))
}

// dynamicValues reads KEY=JSON pairs. Whole numbers become int, the only
// number type that the server takes for its integer settings.
func dynamicValues(pairs list) (dynamicconfig.StaticClient, error) {
	values := dynamicconfig.StaticClient{}
	for _, pair := range pairs {
		key, text, ok := strings.Cut(pair, "=")
		if !ok {
			return nil, fmt.Errorf("--dynamic-config-value %q: want KEY=JSON", pair)
		}
		var value any
		d := json.NewDecoder(strings.NewReader(text))
		d.UseNumber()
		if err := d.Decode(&value); err != nil {
			return nil, fmt.Errorf("--dynamic-config-value %q: the value is not JSON (quote strings): %w", pair, err)
		}
		if n, ok := value.(json.Number); ok {
			if i, err := strconv.Atoi(n.String()); err == nil {
				value = i
			} else if value, err = n.Float64(); err != nil {
				return nil, fmt.Errorf("--dynamic-config-value %q: %w", pair, err)
			}
		}
		values[dynamicconfig.MakeKey(key)] = value
	}
	return values, nil
}

func attributeTypes(pairs list) (map[string]enumspb.IndexedValueType, error) {
	types := map[string]enumspb.IndexedValueType{}
	for _, pair := range pairs {
		name, typeName, _ := strings.Cut(pair, "=")
		t, err := enumspb.IndexedValueTypeFromString(typeName)
		if err != nil || name == "" {
			return nil, fmt.Errorf("--search-attribute %q: want NAME=TYPE, with a type such as Keyword or Datetime", pair)
		}
		types[name] = t
	}
	return types, nil
}

// freePorts returns n different ports that were free a moment ago.
func freePorts(ip string, n int) ([]int, error) {
	var ports []int
	for range n {
		// All are held until the last is found, so that none is given twice.
		l, err := net.Listen("tcp", hostPort(ip, 0))
		if err != nil {
			return nil, fmt.Errorf("find a free port: %w", err)
		}
		defer l.Close()
		ports = append(ports, l.Addr().(*net.TCPAddr).Port)
	}
	return ports, nil
}

func hostPort(ip string, port int) string { return net.JoinHostPort(ip, strconv.Itoa(port)) }

// list is a flag that may be repeated.
type list []string

func (l *list) String() string { return strings.Join(*l, " ") }

func (l *list) Set(s string) error {
	*l = append(*l, s)
	return nil
}
