; Inno Setup 6: the installer for Windows, per user, from the bundle in dist\bit-llama-studio.
; Built by: iscc /DVersion=0.1.0 packaging\windows\installer.iss
#ifndef Version
  #error Give the version: iscc /DVersion=...
#endif

[Setup]
AppId={{6E1F6B3C-6E0B-4C1B-9B57-2B8B7C0F3A51}
AppName=Bit-Llama Studio
AppVersion={#Version}
AppPublisher=Bit-Llama Studio
DefaultDirName={localappdata}\Programs\Bit-Llama Studio
DefaultGroupName=Bit-Llama Studio
DisableProgramGroupPage=yes
PrivilegesRequired=lowest
ArchitecturesAllowed=x64compatible
ArchitecturesInstallIn64BitMode=x64compatible
ChangesAssociations=yes
ChangesEnvironment=no
OutputDir=..\..\dist
OutputBaseFilename=bit-llama-studio-{#Version}-setup
SetupIconFile=..\..\build\bundle\icons\bit-llama.ico
UninstallDisplayIcon={app}\bit-llama-studio.exe
LicenseFile=..\..\LICENSE
Compression=lzma2/max
SolidCompression=yes
WizardStyle=modern

[Languages]
Name: "en"; MessagesFile: "compiler:Default.isl"
Name: "ja"; MessagesFile: "compiler:Languages\Japanese.isl"

[CustomMessages]
en.Souls=Delete the souls and conversations too? They cannot be brought back.
ja.Souls=魂と会話も削除しますか？元に戻すことはできません。

[Files]
Source: "..\..\dist\bit-llama-studio\*"; DestDir: "{app}"; Flags: ignoreversion recursesubdirs createallsubdirs

[Icons]
Name: "{group}\Bit-Llama Studio"; Filename: "{app}\bit-llama-studio.exe"
Name: "{autodesktop}\Bit-Llama Studio"; Filename: "{app}\bit-llama-studio.exe"; Tasks: desktop

[Tasks]
Name: "desktop"; Description: "{cm:CreateDesktopIcon}"; Flags: unchecked

[Registry]
Root: HKCU; Subkey: "Software\Classes\.bitt"; ValueType: string; ValueData: "BitLlama.Body"; Flags: uninsdeletevalue
Root: HKCU; Subkey: "Software\Classes\.soul"; ValueType: string; ValueData: "BitLlama.Soul"; Flags: uninsdeletevalue
Root: HKCU; Subkey: "Software\Classes\BitLlama.Body"; ValueType: string; ValueData: "Bit-Llama body"; Flags: uninsdeletekey
Root: HKCU; Subkey: "Software\Classes\BitLlama.Body\shell\open\command"; ValueType: string; ValueData: """{app}\bit-llama-studio.exe"" ""%1"""
Root: HKCU; Subkey: "Software\Classes\BitLlama.Soul"; ValueType: string; ValueData: "Bit-Llama soul"; Flags: uninsdeletekey
Root: HKCU; Subkey: "Software\Classes\BitLlama.Soul\shell\open\command"; ValueType: string; ValueData: """{app}\bit-llama-studio.exe"" ""%1"""

[Run]
Filename: "{app}\bit-llama-studio.exe"; Description: "{cm:LaunchProgram,Bit-Llama Studio}"; Flags: nowait postinstall skipifsilent

[Code]
procedure CurUninstallStepChanged(Step: TUninstallStep);
var
  Data: String;
begin
  if Step <> usPostUninstall then
    Exit;
  Data := ExpandConstant('{localappdata}\Bit-Llama Studio');
  if DirExists(Data) and not UninstallSilent then
    if MsgBox(CustomMessage('Souls'), mbConfirmation, MB_YESNO or MB_DEFBUTTON2) = IDYES then
      DelTree(Data, True, True, True);
end;
