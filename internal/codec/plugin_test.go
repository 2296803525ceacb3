package codec_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/temporal"
)

// pluginConverter is the data converter that a plugin gives a client.
func pluginConverter(t *testing.T, p *temporal.SimplePlugin) converter.DataConverter {
	t.Helper()
	options := client.Options{}
	require.NoError(t, p.ConfigureClient(t.Context(), client.PluginConfigureClientOptions{ClientOptions: &options}))
	require.NotNil(t, options.FailureConverter)
	return options.DataConverter
}
