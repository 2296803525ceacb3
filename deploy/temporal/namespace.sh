#!/bin/sh
# Makes Hame's namespace and its search attributes where they are missing.
# Harmless to run again. TEMPORAL_ADDRESS and TEMPORAL_NAMESPACE say where,
# HAME_RETENTION how long closed workflows are kept.
set -eu

# The server's health check answers before it can take a write.
tries=0
until temporal operator namespace describe --namespace "$TEMPORAL_NAMESPACE" >/dev/null 2>&1 ||
	temporal operator namespace create --namespace "$TEMPORAL_NAMESPACE" --retention "$HAME_RETENTION" \
		--description "Hame: asylum-family reviews"; do
	tries=$((tries + 1))
	if [ "$tries" -ge 60 ]; then
		echo "namespace $TEMPORAL_NAMESPACE could not be made at $TEMPORAL_ADDRESS: see the errors above" >&2
		exit 1
	fi
	sleep 2
done

# A new namespace is known to every part of the server some seconds later.
have() { temporal operator search-attribute list --namespace "$TEMPORAL_NAMESPACE" | grep -qw "$1"; }
for attribute in CaseStage=Keyword CaseLane=Keyword CouncilArea=Keyword \
	AwaitingRole=Keyword NextDeadline=Datetime CaseFlags=KeywordList; do
	name=${attribute%=*}
	tries=0
	until have "$name" || temporal operator search-attribute create --namespace "$TEMPORAL_NAMESPACE" \
		--name "$name" --type "${attribute#*=}"; do
		tries=$((tries + 1))
		if [ "$tries" -ge 30 ]; then
			echo "search attribute $attribute could not be made: see the errors above" >&2
			exit 1
		fi
		sleep 2
	done
done
echo "namespace $TEMPORAL_NAMESPACE is ready"
