#!/bin/sh
# Makes Hame's two namespaces and their search attributes where they are missing: the
# one of TEMPORAL_NAMESPACE, and beside it that of restricted families' reviews.
# Harmless to run again. TEMPORAL_ADDRESS says where, HAME_RETENTION how long closed
# workflows are kept.
set -eu

prepare() {
	namespace=$1
	# The server's health check answers before it can take a write.
	tries=0
	until temporal operator namespace describe --namespace "$namespace" >/dev/null 2>&1 ||
		temporal operator namespace create --namespace "$namespace" --retention "$HAME_RETENTION" \
			--description "Hame: asylum-family reviews"; do
		tries=$((tries + 1))
		if [ "$tries" -ge 60 ]; then
			echo "namespace $namespace could not be made at $TEMPORAL_ADDRESS: see the errors above" >&2
			exit 1
		fi
		sleep 2
	done

	# A new namespace is known to every part of the server some seconds later.
	for attribute in CaseStage=Keyword CaseLane=Keyword CouncilArea=Keyword \
		AwaitingRole=Keyword NextDeadline=Datetime CaseFlags=KeywordList; do
		name=${attribute%=*}
		tries=0
		until temporal operator search-attribute list --namespace "$namespace" | grep -qw "$name" ||
			temporal operator search-attribute create --namespace "$namespace" --name "$name" --type "${attribute#*=}"; do
			tries=$((tries + 1))
			if [ "$tries" -ge 30 ]; then
				echo "search attribute $attribute could not be made: see the errors above" >&2
				exit 1
			fi
			sleep 2
		done
	done
	echo "namespace $namespace is ready"
}

prepare "$TEMPORAL_NAMESPACE"
prepare "$TEMPORAL_NAMESPACE-restricted"
