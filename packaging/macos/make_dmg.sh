#!/usr/bin/env bash
# The .app and its .dmg from the bundle in dist/bit-llama-studio. Run on macOS, after `make bundle`, from the project's root.
# With SIGN set to a Developer ID it is signed; without, only for this machine (ad hoc).
set -euo pipefail

version=$(sed -n 's/^__version__ = "\(.*\)"/\1/p' engine/version.py)
app="dist/Bit-Llama Studio.app"
rm -rf "$app" build/dmg
mkdir -p "$app/Contents/MacOS" "$app/Contents/Resources" build/dmg
cp -R dist/bit-llama-studio/. "$app/Contents/MacOS/"
cp build/bundle/icons/bit-llama.icns "$app/Contents/Resources/"
sed "s/@VERSION@/$version/" packaging/macos/Info.plist > "$app/Contents/Info.plist"
plutil -lint "$app/Contents/Info.plist"
codesign --force --deep --options runtime --sign "${SIGN:--}" "$app"
cp -R "$app" build/dmg/
ln -s /Applications build/dmg/Applications
hdiutil create -volname "Bit-Llama Studio" -srcfolder build/dmg -ov -format UDZO "dist/bit-llama-studio-$version-$(uname -m).dmg"
