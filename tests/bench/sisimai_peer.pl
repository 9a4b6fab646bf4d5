#!/usr/bin/perl
# Another peer of bench_decode: Debian's libsisimai-perl, which reads bounces and feedback reports, over the same mails.
# Usage: sisimai_peer.pl INPUT-DIRECTORY OWN-FIGURES. Prints decode_mail_per_cpu_s_sisimai, its ratio, and of how many mails it made something.
use strict;
use warnings;
use File::Copy;
use Sisimai;
use Time::HiRes qw(clock);

my ($directory, $own_path) = @ARGV;
my @mails = sort glob "$directory/mail-*.eml";
my $maildir = "$directory/sisimai";
mkdir $maildir or die "$maildir: $!\n";
copy($_, $maildir) or die "$_: $!\n" for @mails;
open my $own, '<', $own_path or die "$own_path: $!\n";
my ($figure) = map { /^decode_mail_per_cpu_s (\S+)/ ? $1 : () } <$own>;
my ($best, $made, $times) = (0, 0, 20);
for (1 .. 3) {
	my $start = clock;
	for (1 .. $times) {
		my $got = Sisimai->make($maildir, 'delivered' => 1);
		$made = $got ? scalar @$got : 0;
	}
	my $rate = $times * @mails / (clock() - $start);
	$best = $rate if $rate > $best;
}
printf "decode_mail_per_cpu_s_sisimai %.0f 1/s\ndecode_mail_sisimai_ratio %.1f x\ndecode_mail_sisimai_read %d of_%d\n", $best, $figure / $best, $made, scalar @mails;
