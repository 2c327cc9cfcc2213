import { Box, Text } from 'ink';
import { type ReactElement } from 'react';
import type { Style } from '../style.js';
import { liveLines, type TerminalSize } from './live-lines.js';
import type { LiveSnapshot } from './live-state.js';

export interface LiveViewProps {
  /** Null when there is nothing to show any more. */
  readonly live: LiveSnapshot;
  readonly size: TerminalSize;
  /** Decides about colour. Ink's own colours would follow stdout, which may be a file. */
  readonly style: Style;
}

/** The part of the terminal that changes: the packages at work and how far the run is. */
export function LiveView({ live, size, style }: LiveViewProps): ReactElement {
  return (
    <Box flexDirection="column">
      {liveLines(live, size, style).map((line, index) => (
        <Text key={index} wrap="truncate">
          {line}
        </Text>
      ))}
    </Box>
  );
}
