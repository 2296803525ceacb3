// Package settings reads the environment: Hame's own settings are HAME_*, and
// all TEMPORAL_* ones are the Temporal client's (address, namespace, TLS, API
// key, headers), as go.temporal.io/sdk/contrib/envconfig documents them.
package settings

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"time"

	"github.com/kelseyhightower/envconfig"
	"go.temporal.io/sdk/client"
	temporalenv "go.temporal.io/sdk/contrib/envconfig"
	"go.temporal.io/sdk/log"

	"hame/internal/codec"
)

// Shared is what every program of Hame needs.
type Shared struct {
	DatabaseURL string `envconfig:"DATABASE_URL" desc:"PostgreSQL, as a URL: the worker's login for the worker, one's own for starter"`
	TaskQueue   string `envconfig:"TASK_QUEUE" default:"hame" desc:"Temporal task queue of the reviews"`
	KeysetFile  string `envconfig:"KEYSET_FILE" desc:"Tink keyset that encrypts what stands in Temporal; one for all programs of an installation"`
}

// Starter is what starter needs.
type Starter struct {
	Shared
	AdminDatabaseURL string `envconfig:"ADMIN_DATABASE_URL" desc:"PostgreSQL as its administrator, for setup and for staff add, grant and revoke"`
	WorkerPassword   string `envconfig:"WORKER_PASSWORD" desc:"password that setup gives the worker's login; none where the server admits it otherwise"`
	UIURL            string `envconfig:"UI_URL" desc:"address of the Temporal Web UI, for the links that are printed"`
	UIRestrictedURL  string `envconfig:"UI_RESTRICTED_URL" desc:"address of the Web UI that shows the reviews of restricted families, for their links"`
	// The next three are for ui serve, which stands before the Web UI's own server.
	UIServer            string `envconfig:"UI_SERVER" desc:"address of Temporal's own Web UI, which only ui serve reaches"`
	UIAddress           string `envconfig:"UI_ADDRESS" default:"127.0.0.1:8233" desc:"where ui serve shows the reviews of all but restricted families"`
	UIRestrictedAddress string `envconfig:"UI_RESTRICTED_ADDRESS" default:"127.0.0.1:8234" desc:"where ui serve shows those of restricted families, to senior caseworkers and the auditor"`
	Stack               string `envconfig:"STACK" desc:"state file of the embedded stack; set by it"`
	// ChildProtection has each council's child-protection number, by GSS code.
	ChildProtection map[string]string `envconfig:"CHILD_PROTECTION_NUMBERS" desc:"each council's child-protection number, such as S12000049:0141 287 0555,S12000036:0131 200 2324"`
	AuditExportDir  string            `envconfig:"AUDIT_EXPORT_DIR" desc:"the folder of the worker's daily exports, which audit check verifies unless another is named"`
	AuditPublicKey  string            `envconfig:"AUDIT_PUBLIC_KEY_FILE" desc:"Ed25519 public key (PEM) with which audit check verifies the daily exports"`
	CodecAddress    string            `envconfig:"CODEC_ADDRESS" default:"127.0.0.1:8081" desc:"where the codec server listens, which decodes payloads for the Web UI"`
	CodecToken      string            `envconfig:"CODEC_TOKEN" desc:"bearer token of the codec server"`
	CodecOrigins    []string          `envconfig:"CODEC_ORIGINS" desc:"origins of the Web UIs that may ask the codec server (default: those of HAME_UI_URL and HAME_UI_RESTRICTED_URL)"`
}

// Worker is what the worker needs.
type Worker struct {
	Shared
	HTTPAddress    string        `envconfig:"HTTP_ADDRESS" default:":8080" desc:"where /healthz, /readyz and /metrics are served"`
	Connections    int           `envconfig:"DATABASE_CONNECTIONS" default:"20" desc:"size of the database pool"`
	ConnectBudget  time.Duration `envconfig:"CONNECT_BUDGET" default:"2m" desc:"how long to wait at start for the database and Temporal"`
	StopBudget     time.Duration `envconfig:"STOP_BUDGET" default:"20s" desc:"how long to let running work finish on SIGTERM"`
	Deployment     string        `envconfig:"DEPLOYMENT" desc:"worker deployment name; with BUILD_ID it turns worker versioning on"`
	BuildID        string        `envconfig:"BUILD_ID" desc:"build id within the deployment"`
	AuditExportDir string        `envconfig:"AUDIT_EXPORT_DIR" desc:"a folder outside the database, to which the heads of the chains that changed are exported each day, signed"`
	AuditKeyFile   string        `envconfig:"AUDIT_KEY_FILE" desc:"Ed25519 key (PEM, PKCS 8) that signs the exports; apart from the keyset"`
	CachedReviews  int           `envconfig:"CACHED_REVIEWS" default:"10000" desc:"how many open reviews are kept in memory; any other is replayed when something happens to it"`
}

const prefix = "HAME"

// Load reads the settings of one program into its struct. The error names the
// variable.
func Load(into any) error {
	if err := envconfig.Process(prefix, into); err != nil {
		return fmt.Errorf("settings: %w", err)
	}
	return nil
}

// Usage writes the settings of a program as a table.
func Usage(w io.Writer, of any) error {
	return envconfig.Usagef(prefix, of, w, `{{range .}}{{usage_key .}}	{{usage_description .}}{{with usage_default .}} (default {{.}}){{end}}
{{end}}`)
}

// Temporal returns the options of a Temporal client that encrypts, under a fixed
// identity: the program's name, never a host's or a person's.
func Temporal(program string, logger *slog.Logger) (client.Options, error) {
	keyset, err := Keyset()
	if err != nil {
		return client.Options{}, err
	}
	options, err := Connection(program, logger)
	options.Plugins = append(options.Plugins, codec.Plugin(keyset))
	return options, err
}

// Connection returns the options of a client that neither sends nor reads
// payloads, and so needs no keyset.
func Connection(program string, logger *slog.Logger) (client.Options, error) {
	options, err := temporalenv.LoadDefaultClientOptions()
	if err != nil {
		return options, fmt.Errorf("settings of the Temporal client (TEMPORAL_*): %w", err)
	}
	options.Identity = program
	options.Logger = log.NewStructuredLogger(logger)
	return options, nil
}

// Keyset loads the installation's keyset. The error says how to make one.
func Keyset() (*codec.Keyset, error) {
	var s Shared
	if err := Load(&s); err != nil {
		return nil, err
	}
	if s.KeysetFile == "" {
		return nil, errors.New("HAME_KEYSET_FILE is not set, and nothing goes to Temporal in plain text: `starter keyset create FILE` makes a keyset, once for a whole installation")
	}
	return codec.Load(s.KeysetFile)
}

// Quiet is a logger that writes warnings and errors only, to standard error.
func Quiet() *slog.Logger {
	return slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError}))
}
